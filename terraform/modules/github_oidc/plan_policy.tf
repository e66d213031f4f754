# Pull requests: see everything that a plan compares, change nothing, read no secret. `terraform plan -lock=false`.
data "aws_iam_policy_document" "plan" {
  #checkov:skip=CKV_AWS_356:Describe and List calls know no resource, and a plan must see what it compares
  statement {
    sid = "SeeWhatTerraformManages"
    actions = [
      "acm:DescribeCertificate",
      "acm:ListTagsForCertificate",
      "budgets:ListTagsForResource",
      "budgets:ViewBudget",
      "cloudwatch:DescribeAlarms",
      "cloudwatch:GetDashboard",
      "cloudwatch:ListTagsForResource",
      "ec2:Describe*",
      "ec2:GetInstanceUefiData",
      "eks:DescribeAccessEntry",
      "eks:DescribeAddon",
      "eks:DescribeAddonVersions",
      "eks:DescribeCluster",
      "eks:DescribeFargateProfile",
      "eks:DescribeNodegroup",
      "eks:ListAssociatedAccessPolicies",
      "eks:ListTagsForResource",
      "elasticloadbalancing:DescribeLoadBalancers",
      "elasticloadbalancing:DescribeTags",
      "iam:GetOpenIDConnectProvider",
      "iam:GetPolicy",
      "iam:GetPolicyVersion",
      "iam:GetRole",
      "iam:GetRolePolicy",
      "iam:ListAttachedRolePolicies",
      "iam:ListRolePolicies",
      "kms:DescribeKey",
      "kms:GetKeyPolicy",
      "kms:GetKeyRotationStatus",
      "kms:ListAliases",
      "kms:ListResourceTags",
      "lambda:GetFunction",
      "lambda:GetFunctionCodeSigningConfig",
      "lambda:GetPolicy",
      "lambda:ListVersionsByFunction",
      "logs:DescribeLogGroups",
      "logs:DescribeMetricFilters",
      "logs:DescribeQueryDefinitions",
      "logs:ListTagsForResource",
      "rds:Describe*",
      "rds:ListTagsForResource",
      "route53:GetHostedZone",
      "route53:ListHostedZones",
      "route53:ListResourceRecordSets",
      "route53:ListTagsForResource",
      "scheduler:GetSchedule",
      "secretsmanager:DescribeSecret",
      "secretsmanager:GetResourcePolicy",
      "sns:GetSubscriptionAttributes",
      "sns:GetTopicAttributes",
      "sns:ListTagsForResource",
    ]
    resources = ["*"]
  }

  statement {
    sid       = "ReadState"
    actions   = ["s3:GetObject"]
    resources = ["${var.state_bucket_arn}/${var.environment}.tfstate"]
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

  statement {
    sid       = "NeverASecretValue"
    effect    = "Deny"
    actions   = ["secretsmanager:BatchGetSecretValue", "secretsmanager:GetSecretValue", "kms:Decrypt"]
    resources = ["*"]

    # The state lies under the AWS-managed key of S3, the variables of functions under Lambda's: decrypting either on the
    # service's behalf is not reading a secret, and a plan without the variables would see drift every night.
    condition {
      test     = "StringNotEquals"
      variable = "kms:ViaService"
      values   = ["s3.${var.region}.amazonaws.com", "lambda.${var.region}.amazonaws.com"]
    }
  }
}
