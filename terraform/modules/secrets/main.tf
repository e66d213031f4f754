# Secrets without a value: Terraform never makes a secret *version*. Its state would hold the value, its refresh would
# need GetSecretValue, and it would put the first value back after a rotation. The bootstrap function (functions.tf)
# writes first values, the rotate function later ones. A test forbids aws_secretsmanager_secret_version.

data "aws_caller_identity" "current" {}

locals {
  secrets = {
    # What each value looks like, and which file of the pods it becomes: README.md.
    django_secret_key = "Key of Django's signatures and its fallbacks, JSON key and fallbacks"
    jwt_signing_keys  = "Ring of token keys, JSON array of kid and key"
    app_database      = "Login of the web pods, JSON username and password; rotates between service_app and service_app_clone"
    migrate_database  = "Login of the migrate Job, JSON username and password"
  }
}

resource "aws_secretsmanager_secret" "this" {
  #checkov:skip=CKV_AWS_149:The key is the variable kms_key_arn: prod gives one; dev uses aws/secretsmanager, which costs nothing
  #checkov:skip=CKV2_AWS_57:app_database rotates by schedule in prod (rotation.tf); the key rings rotate by a runbook that keeps the old key valid, and the migrate login is used for minutes by a release
  for_each = local.secrets

  name        = "${var.name}/${replace(each.key, "_", "-")}"
  description = each.value
  kms_key_id  = var.kms_key_arn

  # 0 frees the name at once, so that dev can be destroyed and made again; prod keeps a deleted secret for 30 days.
  recovery_window_in_days = var.recovery_days
}

# Every reader that is not named here is refused. A Deny, so that a careless Allow elsewhere changes nothing;
# by name, not by principal, so that a role which sleeps with the cluster is the same reader when it wakes.
data "aws_iam_policy_document" "readers" {
  statement {
    sid       = "OnlyNamedReaders"
    effect    = "Deny"
    actions   = ["secretsmanager:GetSecretValue", "secretsmanager:BatchGetSecretValue"]
    resources = ["*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "StringNotEquals"
      variable = "aws:PrincipalArn"
      values   = concat(var.reader_role_arns, [local.role_arn])
    }
  }

  statement {
    sid       = "OnlyTheFunctionWrites"
    effect    = "Deny"
    actions   = ["secretsmanager:PutSecretValue", "secretsmanager:UpdateSecret", "secretsmanager:UpdateSecretVersionStage"]
    resources = ["*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "StringNotEquals"
      variable = "aws:PrincipalArn"
      values   = concat(var.writer_role_arns, [local.role_arn])
    }
  }
}

resource "aws_secretsmanager_secret_policy" "readers" {
  for_each = aws_secretsmanager_secret.this

  secret_arn          = each.value.arn
  policy              = data.aws_iam_policy_document.readers.json
  block_public_policy = true
}
