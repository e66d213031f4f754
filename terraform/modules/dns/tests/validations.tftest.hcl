# Every validation refuses what it is there to refuse.

mock_provider "aws" {
  source          = "../mocks"
  override_during = plan
}

variables {
  domain    = "service.example.com"
  zone_name = "example.com"
}

run "domain_is_refused" {
  command = plan

  variables {
    domain = "https://service.example.com"
  }

  expect_failures = [var.domain]
}

run "zone_name_is_refused" {
  command = plan

  variables {
    zone_name = "example.org"
  }

  expect_failures = [var.zone_name]
}
