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
  owner           = "platform-team"
  cost_centre     = "1234"
  email_addresses = ["team@example.com"]
  repository      = { owner = "example", owner_id = "1", name = "acme", id = "2" }
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

run "environments_is_refused_2" {
  command = plan

  variables {
    environments = ["nowhere"]
  }

  expect_failures = [var.environments]
}

run "zones_is_refused" {
  command = plan

  variables {
    zones = { nowhere = { id = "Z1", domain = "service.example.com" } }
  }

  expect_failures = [var.zones]
}

run "owner_is_refused" {
  command = plan

  variables {
    owner = ""
  }

  expect_failures = [var.owner]
}

run "cost_centre_is_refused" {
  command = plan

  variables {
    cost_centre = "1234, 5678"
  }

  expect_failures = [var.cost_centre]
}

run "email_addresses_is_refused" {
  command = plan

  variables {
    email_addresses = []
  }

  expect_failures = [var.email_addresses]
}

run "billing_alarm_limit_is_refused" {
  command = plan

  variables {
    billing_alarm_limit = 0
  }

  expect_failures = [var.billing_alarm_limit]
}
