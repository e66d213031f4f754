# Every validation refuses what it is there to refuse.

mock_provider "aws" {
  source          = "../mocks"
  override_during = plan
}

variables {
  name                      = "acme-dev"
  vpc_id                    = "vpc-1"
  subnet_ids                = ["subnet-1", "subnet-2"]
  client_security_group_ids = { cluster = "sg-1" }
  multi_az                  = false
  deletion_protection       = false
  final_snapshot            = false
  alarm_topic_arn           = "arn:aws:sns:us-east-1:123456789012:alarms"
  engine_version            = "18.4"
}

run "subnet_ids_is_refused" {
  command = plan

  variables {
    subnet_ids = ["subnet-1"]
  }

  expect_failures = [var.subnet_ids]
}

run "engine_version_is_refused" {
  command = plan

  variables {
    engine_version = "18"
  }

  expect_failures = [var.engine_version]
}

run "instance_class_is_refused" {
  command = plan

  variables {
    instance_class = "t4g.micro"
  }

  expect_failures = [var.instance_class]
}

run "database_name_is_refused" {
  command = plan

  variables {
    database_name = "To-Do"
  }

  expect_failures = [var.database_name]
}

run "allocated_storage_is_refused" {
  command = plan

  variables {
    allocated_storage = 10
  }

  expect_failures = [var.allocated_storage]
}

run "backup_retention_days_is_refused" {
  command = plan

  variables {
    backup_retention_days = 0
  }

  expect_failures = [var.backup_retention_days]
}

run "connections_alarm_is_refused" {
  command = plan

  variables {
    connections_alarm = 0
  }

  expect_failures = [var.connections_alarm]
}

run "log_retention_days_is_refused" {
  command = plan

  variables {
    log_retention_days = 8
  }

  expect_failures = [var.log_retention_days]
}
