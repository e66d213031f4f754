# Every validation refuses what it is there to refuse.

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

run "vpc_cidr_is_refused" {
  command = plan

  variables {
    vpc_cidr = "0.0.0.0/0"
  }

  expect_failures = [var.vpc_cidr]
}

run "subnet_ids_is_refused" {
  command = plan

  variables {
    subnet_ids = []
  }

  expect_failures = [var.subnet_ids]
}

run "reader_role_arns_is_refused" {
  command = plan

  variables {
    reader_role_arns = ["arn:aws:iam::123456789012:role/*"]
  }

  expect_failures = [var.reader_role_arns]
}

run "writer_role_arns_is_refused" {
  command = plan

  variables {
    writer_role_arns = ["Administrator"]
  }

  expect_failures = [var.writer_role_arns]
}

run "package_is_refused" {
  command = plan

  variables {
    package = "missing.zip"
  }

  expect_failures = [var.package]
}

run "runtime_is_refused" {
  command = plan

  variables {
    runtime = "3.12"
  }

  expect_failures = [var.runtime]
}

run "rotation_days_is_refused" {
  command = plan

  variables {
    rotation_days = 91
  }

  expect_failures = [var.rotation_days]
}

run "recovery_days_is_refused" {
  command = plan

  variables {
    recovery_days = 3
  }

  expect_failures = [var.recovery_days]
}
