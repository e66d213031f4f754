# Whether an environment that may sleep is awake is data in the account: every apply reads it, so that a merge neither
# wakes nor kills it by accident. terraform/bin/sleep and terraform/bin/wake write it.
data "aws_ssm_parameter" "wanted_state" {
  count = var.settings.sleeps ? 1 : 0

  name = local.wanted_state_name
}

locals {
  wanted_state_name = "/${local.project}/${local.environment}/wanted-state"
  wanted_state      = var.settings.sleeps ? data.aws_ssm_parameter.wanted_state[0].insecure_value : "awake"
  awake             = local.wanted_state == "awake"
  asleep            = local.awake ? 0 : 1
}

check "wanted_state" {
  assert {
    condition     = contains(["awake", "asleep"], local.wanted_state)
    error_message = "${local.wanted_state_name} holds neither \"awake\" nor \"asleep\"; what is not \"awake\" is taken for asleep."
  }
}

# AWS starts a stopped database after 7 days. While an environment sleeps, this stops it again each evening; stopping a
# stopped one is an error that nobody needs to know of, hence no retry.
data "aws_iam_policy_document" "stop_database_trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["scheduler.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account_id]
    }
  }
}

data "aws_iam_policy_document" "stop_database" {
  statement {
    sid       = "StopThisDatabase"
    actions   = ["rds:StopDBInstance"]
    resources = [module.database.arn]
  }
}

resource "aws_iam_role" "stop_database" {
  count = local.asleep

  name                 = "${local.name}-stop-database"
  assume_role_policy   = data.aws_iam_policy_document.stop_database_trust.json
  permissions_boundary = local.boundary_arn
}

resource "aws_iam_role_policy" "stop_database" {
  count = local.asleep

  name   = "stop-database"
  role   = aws_iam_role.stop_database[0].id
  policy = data.aws_iam_policy_document.stop_database.json
}

resource "aws_scheduler_schedule" "stop_database" {
  #checkov:skip=CKV_AWS_297:The schedule holds the database's name and no data
  count = local.asleep

  name                = "${local.name}-stop-database"
  description         = "Stops the sleeping database again: AWS starts it after 7 days"
  schedule_expression = "cron(0 20 * * ? *)"

  # The people's evening, not Greenwich's.
  schedule_expression_timezone = var.settings.time_zone

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = "arn:aws:scheduler:::aws-sdk:rds:stopDBInstance"
    role_arn = aws_iam_role.stop_database[0].arn
    input    = jsonencode({ DbInstanceIdentifier = module.database.identifier })

    retry_policy {
      maximum_retry_attempts = 0
    }
  }
}
