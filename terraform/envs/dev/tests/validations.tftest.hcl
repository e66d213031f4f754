# Every validation refuses what it is there to refuse.

mock_provider "aws" {
  source          = "../../modules/mocks"
  override_during = plan
}

# Asleep, as small as dev gets. Without a domain the check on https warns, which a test must expect.
override_data {
  target          = data.aws_ssm_parameter.wanted_state
  override_during = plan

  values = {
    insecure_value = "asleep"
  }
}

variables {
  account_id       = "123456789012"
  region           = "us-east-1"
  owner            = "team-todo"
  cost_centre      = "1234"
  email_addresses  = ["team@example.com"]
  admin_role_arns  = ["arn:aws:iam::123456789012:role/Administrator"]
  api_public_cidrs = ["198.51.100.0/24"]
  inbound_cidrs    = ["198.51.100.0/24"]
}

run "account_id_is_refused" {
  command = plan

  variables {
    account_id = "1"
  }

  expect_failures = [var.account_id, check.https]
}

run "region_is_refused" {
  command = plan

  variables {
    region = "Ireland"
  }

  expect_failures = [var.region, check.https]
}

run "inbound_cidrs_is_refused" {
  command = plan

  variables {
    inbound_cidrs = []
  }

  expect_failures = [var.inbound_cidrs, check.https]
}

run "inbound_cidrs_is_refused_2" {
  command = plan

  variables {
    inbound_cidrs = ["0.0.0.0/0"]
  }

  expect_failures = [var.inbound_cidrs, check.https]
}
