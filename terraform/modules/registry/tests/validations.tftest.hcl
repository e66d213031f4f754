# Every validation refuses what it is there to refuse.

mock_provider "aws" {
  source          = "../mocks"
  override_during = plan
}

variables {
  name = "acme"
}

run "keep_images_is_refused" {
  command = plan

  variables {
    keep_images = 3
  }

  expect_failures = [var.keep_images]
}

run "pull_account_ids_is_refused" {
  command = plan

  variables {
    pull_account_ids = ["123"]
  }

  expect_failures = [var.pull_account_ids]
}

run "keep_released_is_refused" {
  command = plan

  variables {
    keep_released = 10
  }

  expect_failures = [var.keep_released]
}
