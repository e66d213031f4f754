# Every validation refuses what it is there to refuse.

mock_provider "aws" {
  source          = "../mocks"
  override_during = plan
}

variables {
  project          = "acme"
  environment      = "dev"
  account_id       = "123456789012"
  region           = "us-east-1"
  repository       = { owner = "example", owner_id = "1234567", name = "acme", id = "7654321" }
  provider_arn     = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
  state_bucket_arn = "arn:aws:s3:::state"
  lock_table_arn   = "arn:aws:dynamodb:us-east-1:123456789012:table/lock"
  repository_arn   = "arn:aws:ecr:us-east-1:123456789012:repository/acme"
}

run "environment_is_refused" {
  command = plan

  variables {
    environment = "ci"
  }

  expect_failures = [var.environment]
}

run "repository_is_refused" {
  command = plan

  variables {
    repository = { owner = "*", owner_id = "1", name = "acme", id = "2" }
  }

  expect_failures = [var.repository]
}

run "repository_is_refused_2" {
  command = plan

  variables {
    repository = { owner = "example", owner_id = "*", name = "acme", id = "2" }
  }

  expect_failures = [var.repository]
}

run "zone_is_refused" {
  command = plan

  variables {
    zone = { id = "example.com", domain = "service.example.com" }
  }

  expect_failures = [var.zone]
}
