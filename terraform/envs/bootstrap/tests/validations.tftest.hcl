# Every validation refuses what it is there to refuse.

mock_provider "aws" {
  source          = "../../modules/mocks"
  override_during = plan
}

mock_provider "aws" {
  alias           = "us_east_1"
  source          = "../../modules/mocks"
  override_during = plan
}

variables {
  account_id      = "123456789012"
  region          = "us-east-1"
  owner           = "team-todo"
  cost_centre     = "1234"
  email_addresses = ["team@example.com"]
  repository      = { owner = "example", owner_id = "1", name = "todo", id = "2" }
}

run "account_id_is_refused" {
  command = plan

  variables {
    account_id = "1"
  }

  expect_failures = [var.account_id]
}

run "region_is_refused" {
  command = plan

  variables {
    region = "Ireland"
  }

  expect_failures = [var.region]
}

run "environments_is_refused" {
  command = plan

  variables {
    environments = []
  }

  expect_failures = [var.environments]
}

run "billing_alarm_limit_is_refused" {
  command = plan

  variables {
    billing_alarm_limit = 0
  }

  expect_failures = [var.billing_alarm_limit]
}
