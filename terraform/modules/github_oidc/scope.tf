# The objects of this environment. By name where an ARN holds the name; by the tag Environment where it holds an invented ID
# (EC2, KMS, ACM, OpenID Connect providers); by zone for DNS. An environment's name holds no hyphen (variables.tf), so
# "<project>-dev-*" matches nothing of an environment "dev2".
locals {
  prefix_of = {
    for service in ["cloudwatch", "ec2", "eks", "elasticloadbalancing", "lambda", "logs", "rds", "scheduler", "secretsmanager", "sns", "wafv2"] :
    service => "arn:aws:${service}:${var.region}:${var.account_id}"
  }

  named = [
    "arn:aws:budgets::${var.account_id}:budget/${local.name}-*",
    "arn:aws:cloudwatch::${var.account_id}:dashboard/${local.name}",
    "${local.prefix_of.cloudwatch}:alarm:${local.name}-*",
    "${local.prefix_of.eks}:*/${local.name}",
    "${local.prefix_of.eks}:*/${local.name}/*",
    "${local.prefix_of.lambda}:function:${local.name}-*",
    "${local.prefix_of.logs}:log-group:/${local.name}/*",
    "${local.prefix_of.logs}:log-group:/aws/eks/${local.name}/*",
    "${local.prefix_of.logs}:log-group:/aws/lambda/${local.name}-*",
    "${local.prefix_of.logs}:log-group:/aws/rds/instance/${local.name}/*",
    local.database_arn,
    "${local.prefix_of.rds}:pg:${local.name}-*",
    "${local.prefix_of.rds}:snapshot:${local.name}-*",
    "${local.prefix_of.rds}:subgrp:${local.name}",
    "${local.prefix_of.scheduler}:schedule/default/${local.name}-*",
    "${local.prefix_of.sns}:${local.name}-*",
    "${local.prefix_of.wafv2}:regional/webacl/${local.name}/*",
  ]

  database_arn = "${local.prefix_of.rds}:db:${local.name}"
  own_roles    = "arn:aws:iam::${var.account_id}:role/${local.name}-*"
  own_secrets  = "${local.prefix_of.secretsmanager}:secret:${local.name}/*"
  rds_secrets  = "${local.prefix_of.secretsmanager}:secret:rds!*"
  issuers      = "arn:aws:iam::${var.account_id}:oidc-provider/oidc.eks.${var.region}.amazonaws.com/*"
  zone_arns    = var.zone == null ? [] : ["arn:aws:route53:::hostedzone/${var.zone.id}"]
  state_object = "${var.state_bucket_arn}/${var.environment}.tfstate"
}

# The fence of every role: whatever a policy allows, also one that AWS writes, nothing that carries another
# environment's tag or belongs to another cluster. A resource without these tags, or a call that knows no resource, passes.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-resourcetag
data "aws_iam_policy_document" "fence" {
  statement {
    sid       = "NeverAnotherEnvironment"
    effect    = "Deny"
    actions   = ["*"]
    resources = ["*"]

    # shared: what the bootstrap made for all of them, such as the image repository.
    condition {
      test     = "StringNotEquals"
      variable = "aws:ResourceTag/Environment"
      values   = [var.environment, "shared"]
    }

    condition {
      test     = "Null"
      variable = "aws:ResourceTag/Environment"
      values   = ["false"]
    }
  }

  # EKS tags the group of a cluster itself, and with nothing else.
  statement {
    sid       = "NeverAnotherCluster"
    effect    = "Deny"
    actions   = ["*"]
    resources = ["*"]

    condition {
      test     = "StringNotEquals"
      variable = "aws:ResourceTag/aws:eks:cluster-name"
      values   = [local.name]
    }

    condition {
      test     = "Null"
      variable = "aws:ResourceTag/aws:eks:cluster-name"
      values   = ["false"]
    }
  }

  # The database's master secret: its name is invented, RDS's own tag says whose it is.
  # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html
  statement {
    sid       = "NeverAnotherMasterSecret"
    effect    = "Deny"
    actions   = ["secretsmanager:*"]
    resources = [local.rds_secrets]

    condition {
      test     = "StringNotEquals"
      variable = "aws:ResourceTag/aws:rds:primaryDBInstanceArn"
      values   = [local.database_arn]
    }

    condition {
      test     = "Null"
      variable = "aws:ResourceTag/aws:rds:primaryDBInstanceArn"
      values   = ["false"]
    }
  }
}
