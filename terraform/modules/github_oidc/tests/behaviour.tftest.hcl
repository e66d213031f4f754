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

run "four_roles_lie_outside_the_names_that_apply_may_change" {
  command = plan

  assert {
    condition     = toset([for role in aws_iam_role.this : role.name]) == toset(["acme-ci-dev-plan", "acme-ci-dev-apply", "acme-ci-dev-deploy", "acme-ci-dev-rollback"])
    error_message = "The roles are named acme-ci-dev-*."
  }

  assert {
    condition     = !startswith(aws_iam_policy.boundary.name, "acme-dev-")
    error_message = "The apply role must not be able to change its own fence."
  }
}

run "a_session_lasts_as_long_as_the_longest_job_of_its_role" {
  command = plan

  assert {
    condition     = { for key, role in aws_iam_role.this : key => role.max_session_duration } == { plan = 3600, apply = 7200, deploy = 3600, rollback = 3600 }
    error_message = "Waking dev may take two hours; everything else ends within one."
  }
}

run "the_button_describes_one_cluster_and_the_traffic_and_does_nothing_else" {
  command = plan

  assert {
    condition = alltrue(flatten([for statement in data.aws_iam_policy_document.rollback.statement : [
      for action in statement.actions : can(regex("^(eks:DescribeCluster$|elasticloadbalancing:Describe|cloudwatch:DescribeAlarms$)", action))
    ]]))
    error_message = "Nobody reviews the button's job: its role may look, and change nothing."
  }

  assert {
    condition = one([for statement in data.aws_iam_policy_document.rollback.statement : statement if contains(statement.actions, "eks:DescribeCluster")]).resources == toset([
      "arn:aws:eks:us-east-1:123456789012:cluster/acme-dev",
    ])
    error_message = "It finds the cluster of its environment and no other."
  }

  assert {
    condition = [for condition in data.aws_iam_policy_document.trust["rollback"].statement[0].condition : condition.values if endswith(condition.variable, ":sub")][0] == tolist([
      "repo:example/acme:environment:dev-rollback",
      "repo:example@1234567/acme@7654321:environment:dev-rollback",
    ])
    error_message = "Jobs of the environment dev-rollback alone."
  }
}

run "a_release_verifies_images_of_another_account" {
  command = plan

  assert {
    condition = one([for statement in data.aws_iam_policy_document.deploy.statement : statement if statement.sid == "PullToVerify"]).resources == toset([
      "arn:aws:ecr:*:*:repository/acme",
    ])
    error_message = "cosign verify reads the project's repository in whichever account it lies."
  }

  assert {
    condition = one([for statement in data.aws_iam_policy_document.deploy.statement : statement if statement.sid == "PullToVerify"]).actions == toset([
      "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:DescribeImages", "ecr:GetDownloadUrlForLayer",
    ])
    error_message = "It reads, and writes nothing."
  }
}

run "each_trust_names_both_formats_of_one_subject" {
  command = plan

  assert {
    condition = [for condition in data.aws_iam_policy_document.trust["deploy"].statement[0].condition : condition.values if endswith(condition.variable, ":sub")][0] == tolist([
      "repo:example/acme:environment:dev",
      "repo:example@1234567/acme@7654321:environment:dev",
    ])
    error_message = "The classic and the immutable subject, and no other."
  }
}

run "only_the_plan_role_is_for_jobs_without_an_environment" {
  command = plan

  assert {
    condition = [for condition in data.aws_iam_policy_document.trust["plan"].statement[0].condition : condition.values if endswith(condition.variable, ":sub")][0] == tolist([
      "repo:example/acme:pull_request",
      "repo:example@1234567/acme@7654321:pull_request",
      "repo:example/acme:ref:refs/heads/main",
      "repo:example@1234567/acme@7654321:ref:refs/heads/main",
    ])
    error_message = "Pull requests and main, where drift is looked for; nothing else."
  }
}

run "without_a_zone_no_name_is_changed" {
  command = plan

  assert {
    condition     = alltrue([for statement in data.aws_iam_policy_document.build.statement : !contains(statement.actions, "route53:ChangeResourceRecordSets")])
    error_message = "DNS is for an environment that the bootstrap was told a zone for."
  }
}

run "with_a_zone_the_names_of_one_domain_are" {
  command = plan

  variables {
    zone = { id = "Z0DEV", domain = "dev.example.com" }
  }

  assert {
    condition = alltrue([for document in [data.aws_iam_policy_document.build, data.aws_iam_policy_document.boundary] :
      one([for statement in document.statement : statement if contains(statement.actions, "route53:ChangeResourceRecordSets")]).resources == toset(["arn:aws:route53:::hostedzone/Z0DEV"])
    ])
    error_message = "One zone, for CI and for the roles within the boundary."
  }
}

# Every validation refuses what it is there to refuse.
run "values_outside_of_their_bounds_are_refused" {
  command = plan

  variables {
    environment = "ci"
    repository  = { owner = "*", owner_id = "1", name = "acme", id = "2" }
    zone        = { id = "example.com", domain = "service.example.com" }
  }

  expect_failures = [var.environment, var.repository, var.zone]
}

run "a_repository_without_its_numbers_is_refused" {
  command = plan

  variables {
    repository = { owner = "example", owner_id = "*", name = "acme", id = "2" }
  }

  expect_failures = [var.repository]
}
