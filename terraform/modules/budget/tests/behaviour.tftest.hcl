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

run "it_counts_this_environment_and_tells_actual_and_forecast" {
  command = plan

  assert {
    condition     = one(aws_budgets_budget.monthly.cost_filter).values[0] == "user:Environment$dev"
    error_message = "The budget counts what carries the environment's tag."
  }

  assert {
    condition     = toset([for notification in aws_budgets_budget.monthly.notification : "${notification.notification_type} ${notification.threshold}"]) == toset(["ACTUAL 50", "ACTUAL 80", "ACTUAL 100", "FORECASTED 100"])
    error_message = "Told at 50, 80 and 100 %, and when the forecast exceeds the limit."
  }
}

# Every validation refuses what it is there to refuse.
run "values_outside_of_their_bounds_are_refused" {
  command = plan

  variables {
    limit           = 0
    email_addresses = []
  }

  expect_failures = [var.limit, var.email_addresses]
}
