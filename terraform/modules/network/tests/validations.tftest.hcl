# Every validation refuses what it is there to refuse.

mock_provider "aws" {
  source          = "../mocks"
  override_during = plan
}

variables {
  name                     = "acme-dev"
  region                   = "us-east-1"
  nat                      = "gateway"
  permissions_boundary_arn = "arn:aws:iam::123456789012:policy/boundary"
  alarm_topic_arn          = "arn:aws:sns:us-east-1:123456789012:alarms"
}

run "cidr_is_refused" {
  command = plan

  variables {
    cidr = "10.0.0.0/24"
  }

  expect_failures = [var.cidr]
}

run "zone_count_is_refused" {
  command = plan

  variables {
    zone_count = 1
  }

  expect_failures = [var.zone_count]
}

run "nat_is_refused" {
  command = plan

  variables {
    nat = "both"
  }

  expect_failures = [var.nat]
}

run "flow_log_retention_days_is_refused" {
  command = plan

  variables {
    flow_log_retention_days = 5
  }

  expect_failures = [var.flow_log_retention_days]
}
