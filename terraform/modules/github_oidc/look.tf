# What a plan compares: for the roles plan and apply. Describe and List calls that AWS judges without a resource stand on
# "*"; everything else names the environment, and the fence (scope.tf) refuses what carries another one's tag.
# Which calls know a resource: https://docs.aws.amazon.com/service-authorization/latest/reference/
data "aws_iam_policy_document" "look" {
  #checkov:skip=CKV_AWS_356:Describe and List calls know no resource, and a plan must see what it compares
  source_policy_documents = [data.aws_iam_policy_document.fence.json]

  statement {
    sid = "LookWithoutResource"
    actions = [
      "acm:DescribeCertificate",
      "acm:ListTagsForCertificate",
      "cloudwatch:DescribeAlarms",
      "ec2:Describe*",
      "ec2:GetInstanceUefiData",
      "eks:DescribeAddonVersions",
      "elasticloadbalancing:DescribeLoadBalancers",
      "elasticloadbalancing:DescribeTags",
      "kms:ListAliases",
      "logs:DescribeLogGroups",
      "logs:DescribeQueryDefinitions",
      "rds:DescribeDBInstances",
      "route53:ListHostedZones",
    ]
    resources = ["*"]
  }

  statement {
    sid = "LookAtNamed"
    actions = [
      "budgets:ListTagsForResource",
      "budgets:ViewBudget",
      "cloudwatch:GetDashboard",
      "cloudwatch:ListTagsForResource",
      "eks:Describe*",
      "eks:List*",
      "lambda:Get*",
      "lambda:List*",
      "logs:DescribeMetricFilters",
      "logs:ListTagsForResource",
      "rds:Describe*",
      "rds:ListTagsForResource",
      "scheduler:GetSchedule",
      "sns:Get*",
      "sns:List*",
      "wafv2:Get*",
      "wafv2:List*",
    ]
    resources = local.named
  }

  statement {
    sid       = "LookAtRoles"
    actions   = ["iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListRolePolicies"]
    resources = [local.own_roles]
  }

  # IDs that AWS invents: the fence keeps other environments' out.
  statement {
    sid       = "LookAtKeys"
    actions   = ["kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListResourceTags"]
    resources = ["arn:aws:kms:${var.region}:${var.account_id}:key/*"]
  }

  statement {
    sid       = "LookAtIssuer"
    actions   = ["iam:GetOpenIDConnectProvider"]
    resources = [local.issuers]
  }

  statement {
    sid       = "LookAtSecrets"
    actions   = ["secretsmanager:DescribeSecret", "secretsmanager:GetResourcePolicy"]
    resources = [local.own_secrets]
  }

  dynamic "statement" {
    for_each = local.zone_arns

    content {
      sid       = "LookAtZone"
      actions   = ["route53:GetHostedZone", "route53:ListResourceRecordSets", "route53:ListTagsForResource"]
      resources = [statement.value]
    }
  }

  statement {
    sid       = "ReadState"
    actions   = ["s3:GetObject"]
    resources = [local.state_object]
  }

  statement {
    sid       = "FindState"
    actions   = ["s3:ListBucket"]
    resources = [var.state_bucket_arn]
  }

  statement {
    sid     = "ReadWantedStateAndImages"
    actions = ["ssm:GetParameter", "ssm:ListTagsForResource"]
    resources = [
      "arn:aws:ssm:${var.region}:${var.account_id}:parameter/${var.project}/${var.environment}/*",
      "arn:aws:ssm:${var.region}::parameter/aws/service/ami-amazon-linux-latest/*",
    ]
  }
}
