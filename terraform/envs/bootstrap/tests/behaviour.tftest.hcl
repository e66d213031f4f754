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
  owner           = "platform-team"
  cost_centre     = "1234"
  email_addresses = ["team@example.com"]
  repository      = { owner = "example", owner_id = "1", name = "acme", id = "2" }
  environments    = ["prod"]
}

# What GitHub is told differs by environment, because an environment may lie in another account and region.
run "an_account_of_prod_alone_says_nothing_about_dev" {
  command = plan

  assert {
    condition = alltrue([for line in [
      "gh variable set AWS_REGION --repo example/acme --env prod --body eu-central-1",
      "gh variable set AWS_REGION --repo example/acme --env prod-infra --body eu-central-1",
      "gh variable set AWS_REGION --repo example/acme --env prod-rollback --body eu-central-1",
    ] : contains(split("\n", output.github_commands), line)])
    error_message = "Each GitHub environment has its own region."
  }

  assert {
    condition = alltrue([for environment in ["prod", "prod-infra", "prod-rollback"] : strcontains(output.github_commands, join("\n", [
      "gh api --method PUT repos/example/acme/environments/${environment} -F 'deployment_branch_policy[protected_branches]=false' -F 'deployment_branch_policy[custom_branch_policies]=true'",
      "gh api --method POST repos/example/acme/environments/${environment}/deployment-branch-policies -f name=main",
    ]))]) && !strcontains(output.github_commands, "protected_branches]=true")
    error_message = "Only main deploys, also in a repository in which no branch is protected."
  }

  assert {
    condition     = contains(split("\n", output.github_commands), "gh api --method PUT repos/example/acme/actions/permissions/workflow -f default_workflow_permissions=read -F can_approve_pull_request_reviews=true")
    error_message = "The button `rollback` opens a pull request, which GitHub refuses to workflows by default."
  }

  assert {
    condition     = !strcontains(output.github_commands, "AWS_PLAN_ROLE")
    error_message = "An environment is switched on when it is there: its plan would fail before."
  }

  assert {
    condition     = !strcontains(output.github_commands, "reviewers")
    error_message = "Reviewers are for a person to add, where a wait does no harm: the button must not wait."
  }

  assert {
    condition     = !strcontains(lower(output.github_commands), "dev")
    error_message = "The commands of one account leave the other's environment alone."
  }
}

# Every validation refuses what it is there to refuse.
run "values_outside_of_their_bounds_are_refused" {
  command = plan

  variables {
    account_id          = "1"
    region              = "Ireland"
    environments        = []
    zones               = { nowhere = { id = "Z1", domain = "service.example.com" } }
    owner               = ""
    cost_centre         = "1234, 5678"
    email_addresses     = []
    billing_alarm_limit = 0
  }

  expect_failures = [
    var.account_id,
    var.region,
    var.environments,
    var.zones,
    var.owner,
    var.cost_centre,
    var.email_addresses,
    var.billing_alarm_limit,
  ]
}

run "an_environment_without_a_folder_is_refused" {
  command = plan

  variables {
    environments = ["nowhere"]
  }

  expect_failures = [var.environments]
}
