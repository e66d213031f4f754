mock_provider "aws" {
  source          = "../mocks"
  override_during = plan
}

variables {
  name                     = "acme-dev"
  region                   = "us-east-1"
  vpc_id                   = "vpc-1"
  vpc_cidr                 = "10.0.0.0/16"
  subnet_ids               = ["subnet-1"]
  database                 = { host = "db.example", port = 5432, name = "service" }
  master_secret_arn        = "arn:aws:secretsmanager:us-east-1:123456789012:secret:rds!db-1"
  reader_role_arns         = ["arn:aws:iam::123456789012:role/acme-dev-secrets-mirror"]
  writer_role_arns         = []
  package                  = "versions.tf"
  permissions_boundary_arn = "arn:aws:iam::123456789012:policy/boundary"
  runtime                  = "python3.12"
}

run "four_secrets_without_a_value" {
  command = plan

  assert {
    condition     = toset([for secret in aws_secretsmanager_secret.this : secret.name]) == toset(["acme-dev/django-secret-key", "acme-dev/jwt-signing-keys", "acme-dev/app-database", "acme-dev/migrate-database"])
    error_message = "Four secrets; their names are the contract with the bootstrap function."
  }

  assert {
    condition     = length(aws_secretsmanager_secret_policy.readers) == 4
    error_message = "Each secret names its readers."
  }
}

run "dev_has_no_schedule" {
  command = plan

  assert {
    condition     = length(aws_secretsmanager_secret_rotation.app_database) == 0
    error_message = "Asleep, a rotation would fail every night."
  }
}

run "prod_rotates_by_schedule_but_not_before_the_first_value" {
  command = plan

  variables {
    rotation_days = 30
  }

  assert {
    condition     = aws_secretsmanager_secret_rotation.app_database[0].rotation_rules[0].automatically_after_days == 30 && aws_secretsmanager_secret_rotation.app_database[0].rotate_immediately == false
    error_message = "Every 30 days, and not at once."
  }
}

run "one_package_two_handlers_inside_the_vpc" {
  command = plan

  assert {
    condition     = [for function in aws_lambda_function.this : function.handler] == ["database_access.bootstrap.handler", "database_access.rotate.handler"]
    error_message = "bootstrap and rotate."
  }

  assert {
    condition     = alltrue([for function in aws_lambda_function.this : contains(function.vpc_config[0].subnet_ids, "subnet-1") && function.environment[0].variables["DB_SSLMODE"] == "require"])
    error_message = "Both run in the VPC and speak TLS to the database."
  }

  assert {
    condition     = aws_lambda_permission.rotate.principal == "secretsmanager.amazonaws.com" && aws_lambda_permission.rotate.function_name == "acme-dev-database-rotate"
    error_message = "Secrets Manager may call rotate, and nothing else."
  }
}

# Every validation refuses what it is there to refuse.
run "values_outside_of_their_bounds_are_refused" {
  command = plan

  variables {
    vpc_cidr         = "0.0.0.0/0"
    subnet_ids       = []
    reader_role_arns = ["arn:aws:iam::123456789012:role/*"]
    writer_role_arns = ["Administrator"]
    package          = "missing.zip"
    runtime          = "3.12"
    rotation_days    = 91
    recovery_days    = 3
  }

  expect_failures = [
    var.vpc_cidr,
    var.subnet_ids,
    var.reader_role_arns,
    var.writer_role_arns,
    var.package,
    var.runtime,
    var.rotation_days,
    var.recovery_days,
  ]
}
