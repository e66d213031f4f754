# Every validation refuses what it is there to refuse.

mock_provider "aws" {
  source          = "../mocks"
  override_during = plan
}

variables {
  name            = "acme-dev"
  environment     = "dev"
  limit           = 50
  email_addresses = ["team@example.com"]
}

run "limit_is_refused" {
  command = plan

  variables {
    limit = 0
  }

  expect_failures = [var.limit]
}

run "email_addresses_is_refused" {
  command = plan

  variables {
    email_addresses = []
  }

  expect_failures = [var.email_addresses]
}
