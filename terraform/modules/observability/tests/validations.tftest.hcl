# Every validation refuses what it is there to refuse.

mock_provider "aws" {
  source          = "../mocks"
  override_during = plan
}

variables {
  name            = "acme-dev"
  region          = "us-east-1"
  account_id      = "123456789012"
  email_addresses = ["team@example.com"]
  dashboard       = true
}

run "log_retention_days_is_refused" {
  command = plan

  variables {
    log_retention_days = 8
  }

  expect_failures = [var.log_retention_days]
}

run "audit_retention_days_is_refused" {
  command = plan

  variables {
    audit_retention_days = 30
  }

  expect_failures = [var.audit_retention_days]
}

run "email_addresses_is_refused" {
  command = plan

  variables {
    email_addresses = ["team"]
  }

  expect_failures = [var.email_addresses]
}

run "load_balancer_arn_suffix_is_refused" {
  command = plan

  variables {
    load_balancer_arn_suffix = "net/a/b"
  }

  expect_failures = [var.load_balancer_arn_suffix]
}

run "minimum_requests_is_refused" {
  command = plan

  variables {
    minimum_requests = 0
  }

  expect_failures = [var.minimum_requests]
}

run "server_error_percent_is_refused" {
  command = plan

  variables {
    server_error_percent = 100
  }

  expect_failures = [var.server_error_percent]
}

run "latency_seconds_is_refused" {
  command = plan

  variables {
    latency_seconds = 0
  }

  expect_failures = [var.latency_seconds]
}
