# Every validation refuses what it is there to refuse.

mock_provider "aws" {
  source          = "../mocks"
  override_during = plan
}

variables {
  project = "acme"
}

run "project_is_refused" {
  command = plan

  variables {
    project = "To Do"
  }

  expect_failures = [var.project]
}

run "version_retention_days_is_refused" {
  command = plan

  variables {
    version_retention_days = 7
  }

  expect_failures = [var.version_retention_days]
}
