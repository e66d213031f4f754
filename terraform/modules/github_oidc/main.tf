# Four roles that GitHub's jobs take without a stored credential. Which job gets which role is the token's `sub`;
# GitHub writes it in one of two formats, by the repository's age:
# https://github.blog/changelog/2026-04-23-immutable-subject-claims-for-github-actions-oidc-tokens
locals {
  classic   = "repo:${var.repository.owner}/${var.repository.name}"
  immutable = "repo:${var.repository.owner}@${var.repository.owner_id}/${var.repository.name}@${var.repository.id}"

  # The jobs that may take a role. A pull request from a fork gets no token at all, and never one for an environment.
  subjects = {
    # Beside pull requests, main: the nightly look at drift has none.
    plan     = ["pull_request", "ref:refs/heads/main"]
    apply    = ["environment:${var.environment}-infra"]
    deploy   = ["environment:${var.environment}"]
    rollback = ["environment:${var.environment}-rollback"]
  }

  # Not less than a job of the role may run: its credentials end with the session. Waking dev may take two hours.
  session_seconds = { plan = 3600, apply = 7200, deploy = 3600, rollback = 3600 }

  # acme-ci-dev-plan: outside acme-dev-*, the names that the apply role may change.
  prefix = "${var.project}-ci-${var.environment}"
  name   = "${var.project}-${var.environment}"

  policies = {
    plan     = data.aws_iam_policy_document.plan.json
    apply    = data.aws_iam_policy_document.apply.json
    deploy   = data.aws_iam_policy_document.deploy.json
    rollback = data.aws_iam_policy_document.rollback.json
  }
}

data "aws_iam_policy_document" "trust" {
  for_each = local.subjects

  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]

    principals {
      type        = "Federated"
      identifiers = [var.provider_arn]
    }

    # StringEquals, never StringLike: a wildcard is how other repositories get in.
    condition {
      test     = "StringEquals"
      variable = "token.actions.githubusercontent.com:aud"
      values   = ["sts.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "token.actions.githubusercontent.com:sub"
      values   = flatten([for subject in each.value : ["${local.classic}:${subject}", "${local.immutable}:${subject}"]])
    }
  }
}

resource "aws_iam_role" "this" {
  for_each = local.subjects

  name                 = "${local.prefix}-${each.key}"
  description          = "GitHub Actions of ${var.repository.owner}/${var.repository.name}: ${join(", ", each.value)}"
  assume_role_policy   = data.aws_iam_policy_document.trust[each.key].json
  max_session_duration = local.session_seconds[each.key]
}

# A managed policy holds 6,144 characters, all inline ones of a role 10,240 (without spaces): hence building apart.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
resource "aws_iam_policy" "build" {
  #checkov:skip=CKV_AWS_286:What it writes carries the environment's name or tag; identities are not among it but the cluster's issuer
  #checkov:skip=CKV_AWS_288:It reads no secret
  #checkov:skip=CKV_AWS_289:Keys and rules of security groups, where they carry the environment's tag
  #checkov:skip=CKV_AWS_290:As above; calls that know no resource must give the tag
  #checkov:skip=CKV_AWS_355:EC2, ACM and KMS give IDs of their own: the condition names the tag
  name        = "${local.prefix}-build"
  description = "What the role ${local.prefix}-apply builds"
  policy      = data.aws_iam_policy_document.build.json
}

resource "aws_iam_role_policy_attachment" "build" {
  role       = aws_iam_role.this["apply"].name
  policy_arn = aws_iam_policy.build.arn
}

resource "aws_iam_role_policy" "this" {
  for_each = local.subjects

  name   = each.key
  role   = aws_iam_role.this[each.key].id
  policy = local.policies[each.key]
}
