mock_provider "aws" {
  source          = "../mocks"
  override_during = plan
}

variables {
  name = "acme"
}

run "tags_do_not_move_and_images_are_scanned" {
  command = plan

  assert {
    condition     = aws_ecr_repository.this.image_tag_mutability == "IMMUTABLE" && aws_ecr_repository.this.image_scanning_configuration[0].scan_on_push
    error_message = "Tags are immutable and every push is scanned."
  }

  assert {
    condition     = length(aws_ecr_repository_policy.pull) == 0
    error_message = "Nobody else pulls unless named."
  }
}

run "old_images_go" {
  command = plan

  assert {
    condition     = [for rule in jsondecode(aws_ecr_lifecycle_policy.this.policy).rules : rule.selection.countNumber if rule.selection.tagPatternList == ["*"]] == [50]
    error_message = "The newest 50 images stay."
  }

  assert {
    condition     = [for rule in jsondecode(aws_ecr_lifecycle_policy.this.policy).rules : "${rule.selection.tagPatternList[0]} ${rule.selection.countNumber}" if rule.rulePriority == 1] == ["released-* 200"]
    error_message = "What was released belongs to the first rule, which the second never counts: merges in dev do not expire what prod runs."
  }

  assert {
    condition     = alltrue([for rule in jsondecode(aws_ecr_lifecycle_policy.this.policy).rules : rule.selection.tagStatus == "tagged"])
    error_message = "Signatures are untagged referrers: no rule may select them, or count them as images."
  }
}

run "other_accounts_pull_when_named" {
  command = plan

  variables {
    pull_account_ids = ["210987654321"]
  }

  assert {
    condition     = length(aws_ecr_repository_policy.pull) == 1
    error_message = "A named account gets a repository policy."
  }
}

# Every validation refuses what it is there to refuse.
run "values_outside_of_their_bounds_are_refused" {
  command = plan

  variables {
    pull_account_ids = ["123"]
  }

  expect_failures = [var.pull_account_ids]
}
