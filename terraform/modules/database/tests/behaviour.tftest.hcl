mock_provider "aws" {
  source          = "../mocks"
  override_during = plan
}

variables {
  name                      = "acme-dev"
  vpc_id                    = "vpc-1"
  subnet_ids                = ["subnet-1", "subnet-2"]
  client_security_group_ids = { app = "sg-1" }
  multi_az                  = false
  deletion_protection       = false
  alarm_topic_arn           = "arn:aws:sns:us-east-1:123456789012:alarms"
  engine_version            = "18.4"
}

run "data_is_encrypted_private_and_recoverable" {
  command = plan

  assert {
    condition     = aws_db_instance.this.storage_encrypted && !aws_db_instance.this.publicly_accessible && aws_db_instance.this.backup_retention_period >= 1
    error_message = "The database is encrypted, reachable inside the VPC alone, and backed up for point-in-time recovery."
  }

  assert {
    condition     = aws_db_instance.this.manage_master_user_password && aws_db_instance.this.password == null
    error_message = "RDS makes the master password; Terraform must never hold one."
  }
}

run "its_certificate_comes_from_the_authority_that_pods_know" {
  command = plan

  assert {
    condition     = aws_db_instance.this.ca_cert_identifier == "rds-ca-rsa2048-g1"
    error_message = "With the account's default, verify-full would break on the day that somebody changes the default."
  }
}

run "tls_time_limits_and_statistics_are_set" {
  command = plan

  assert {
    condition = alltrue([
      for name, value in { "rds.force_ssl" = "1", "statement_timeout" = "30000", "lock_timeout" = "10000", "idle_in_transaction_session_timeout" = "60000", "shared_preload_libraries" = "pg_stat_statements" } :
      contains([for parameter in aws_db_parameter_group.this.parameter : "${parameter.name}=${parameter.value}"], "${name}=${value}")
    ])
    error_message = "The parameter group lost a parameter."
  }

  assert {
    condition     = aws_db_parameter_group.this.family == "postgres18"
    error_message = "The parameter group follows the engine's major version."
  }
}

run "only_named_clients_reach_port_5432" {
  command = plan

  assert {
    condition     = keys(aws_vpc_security_group_ingress_rule.client) == ["app"] && aws_vpc_security_group_ingress_rule.client["app"].referenced_security_group_id == "sg-1" && aws_vpc_security_group_ingress_rule.client["app"].from_port == 5432
    error_message = "One rule a named client, for PostgreSQL's port."
  }
}

run "alarms_watch_connections_storage_and_cpu" {
  command = plan

  assert {
    condition     = keys(aws_cloudwatch_metric_alarm.database) == ["connections", "cpu", "storage"] && aws_cloudwatch_metric_alarm.database["connections"].threshold == 80 && aws_cloudwatch_metric_alarm.database["storage"].threshold == 2147483648
    error_message = "Three alarms: above 80 connections, and when a tenth of 20 GB is left."
  }
}

run "prod_keeps_what_it_has" {
  command = plan

  variables {
    multi_az            = true
    deletion_protection = true
  }

  assert {
    condition     = aws_db_instance.this.multi_az && aws_db_instance.this.deletion_protection && !aws_db_instance.this.skip_final_snapshot && aws_db_instance.this.final_snapshot_identifier == "acme-dev-final" && !aws_db_instance.this.delete_automated_backups
    error_message = "prod has a standby, refuses deletion, and leaves a snapshot and its backups."
  }
}

run "no_version_moves_by_itself" {
  command = plan

  assert {
    condition     = aws_db_instance.this.engine_version == "18.4" && !aws_db_instance.this.auto_minor_version_upgrade && !aws_db_instance.this.allow_major_version_upgrade
    error_message = "Minor and major versions move by pull request, dev before prod."
  }
}

run "every_parameter_says_when_it_is_applied" {
  command = plan

  assert {
    condition     = alltrue([for parameter in aws_db_parameter_group.this.parameter : contains(["immediate", "pending-reboot"], parameter.apply_method)]) && aws_db_parameter_group.this.family == "postgres18"
    error_message = "Left out, a value that equals AWS's default is changed by every plan."
  }
}

run "alarms_of_the_database_ask_each_minute_and_name_a_runbook" {
  command = plan

  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.database : alarm.period == 60 && can(regex("docs/runbooks/[a-z0-9-]+\\.md", alarm.alarm_description))])
    error_message = "Five minutes at most until an alarm speaks, and it says what to do."
  }
}

# Every validation refuses what it is there to refuse.
run "values_outside_of_their_bounds_are_refused" {
  command = plan

  variables {
    subnet_ids            = ["subnet-1"]
    engine_version        = "18"
    instance_class        = "t4g.micro"
    backup_retention_days = 0
    log_retention_days    = 8
  }

  expect_failures = [
    var.subnet_ids,
    var.engine_version,
    var.instance_class,
    var.backup_retention_days,
    var.log_retention_days,
  ]
}
