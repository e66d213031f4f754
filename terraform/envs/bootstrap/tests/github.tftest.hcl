# What GitHub is told differs by environment, because an environment may lie in another account and region.

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
  region          = "eu-central-1"
  owner           = "team-todo"
  cost_centre     = "1234"
  email_addresses = ["team@example.com"]
  repository      = { owner = "example", owner_id = "1", name = "todo", id = "2" }
  environments    = ["prod"]
}

run "an_account_of_prod_alone_says_nothing_about_dev" {
  command = plan

  assert {
    condition = alltrue([for line in [
      "gh variable set AWS_REGION --repo example/todo --env prod --body eu-central-1",
      "gh variable set AWS_REGION --repo example/todo --env prod-infra --body eu-central-1",
      "gh variable set AWS_PLAN_REGION_PROD --repo example/todo --body eu-central-1",
    ] : contains(split("\n", output.github_commands), line)])
    error_message = "Each GitHub environment, and the plan of each, has its own region."
  }

  assert {
    condition     = !strcontains(lower(output.github_commands), "dev")
    error_message = "The commands of one account leave the other's environment alone."
  }
}
