# Terraform and `make platform`, from a job in the environment <env>-infra, which asks a reviewer.
# Wide in what it builds, narrow in whom it can make: every role carries the boundary, and the roles of CI are not its.
locals {
  own_roles    = "arn:aws:iam::${var.account_id}:role/${local.name}-*"
  issuers      = "arn:aws:iam::${var.account_id}:oidc-provider/oidc.eks.${var.region}.amazonaws.com/*"
  state_object = "${var.state_bucket_arn}/${var.environment}.tfstate"
}

data "aws_iam_policy_document" "apply" {
  #checkov:skip=CKV_AWS_356:EC2, EKS and RDS know no resource before it exists; region and the boundary are the fence
  #checkov:skip=CKV_AWS_107:No secret is readable: GetSecretValue is not among the actions and the secrets deny it
  #checkov:skip=CKV_AWS_108:As above; the database's snapshots stay in the account
  #checkov:skip=CKV_AWS_109:Permissions are managed under the boundary alone, which a statement below enforces
  #checkov:skip=CKV_AWS_111:Writing is what this role is for; region and boundary are the fence
  statement {
    sid = "Build"
    actions = [
      "acm:*",
      "cloudwatch:*",
      "ec2:*",
      "eks:*",
      "elasticloadbalancing:Describe*",
      "kms:*",
      "lambda:*",
      "logs:*",
      "rds:*",
      "scheduler:*",
      "sns:*",
      "tag:GetResources",
    ]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestedRegion"
      values   = [var.region]
    }
  }

  # Global services: the request's region is us-east-1 whatever the environment's is.
  statement {
    sid       = "BuildGlobal"
    actions   = ["budgets:*", "route53:*"]
    resources = ["*"]
  }

  # Everything about a secret except its value.
  statement {
    sid = "MakeSecrets"
    actions = [
      "secretsmanager:CancelRotateSecret",
      "secretsmanager:CreateSecret",
      "secretsmanager:DeleteResourcePolicy",
      "secretsmanager:DeleteSecret",
      "secretsmanager:DescribeSecret",
      "secretsmanager:GetResourcePolicy",
      "secretsmanager:PutResourcePolicy",
      "secretsmanager:RotateSecret",
      "secretsmanager:TagResource",
      "secretsmanager:UntagResource",
      "secretsmanager:ValidateResourcePolicy",
    ]
    # rds!: the master secret, which RDS makes in the caller's name.
    resources = [
      for prefix in ["${local.name}/", "rds!"] : "arn:aws:secretsmanager:${var.region}:${var.account_id}:secret:${prefix}*"
    ]
  }

  statement {
    sid       = "MakeRolesWithinBoundary"
    actions   = ["iam:AttachRolePolicy", "iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"]
    resources = [local.own_roles]

    condition {
      test     = "StringEquals"
      variable = "iam:PermissionsBoundary"
      values   = [aws_iam_policy.boundary.arn]
    }
  }

  statement {
    sid = "KeepRoles"
    actions = [
      "iam:DeleteRole",
      "iam:DeleteRolePolicy",
      "iam:DetachRolePolicy",
      "iam:GetRole",
      "iam:GetRolePolicy",
      "iam:ListAttachedRolePolicies",
      "iam:ListInstanceProfilesForRole",
      "iam:ListRolePolicies",
      "iam:TagRole",
      "iam:UntagRole",
      "iam:UpdateAssumeRolePolicy",
    ]
    resources = [local.own_roles]
  }

  statement {
    sid       = "GiveRolesToServices"
    actions   = ["iam:PassRole"]
    resources = [local.own_roles]

    condition {
      test     = "StringEquals"
      variable = "iam:PassedToService"
      values = [
        "ec2.amazonaws.com",
        "eks.amazonaws.com",
        "eks-fargate-pods.amazonaws.com",
        "lambda.amazonaws.com",
        "scheduler.amazonaws.com",
        "vpc-flow-logs.amazonaws.com",
      ]
    }
  }

  statement {
    sid       = "TrustTheCluster"
    actions   = ["iam:*OpenIDConnectProvider*"]
    resources = [local.issuers]
  }

  # The first cluster, database, load balancer and schedule of an account.
  statement {
    sid       = "ServiceLinkedRoles"
    actions   = ["iam:CreateServiceLinkedRole", "iam:GetRole"]
    resources = ["arn:aws:iam::${var.account_id}:role/aws-service-role/*"]
  }

  statement {
    sid       = "State"
    actions   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
    resources = [local.state_object, "${local.state_object}.tflock"]
  }

  statement {
    sid       = "FindState"
    actions   = ["s3:ListBucket"]
    resources = [var.state_bucket_arn]
  }

  statement {
    sid       = "Lock"
    actions   = ["dynamodb:DeleteItem", "dynamodb:DescribeTable", "dynamodb:GetItem", "dynamodb:PutItem"]
    resources = [var.lock_table_arn]
  }

  statement {
    sid     = "WantedState"
    actions = ["ssm:GetParameter", "ssm:GetParameters", "ssm:PutParameter", "ssm:ListTagsForResource"]
    resources = [
      "arn:aws:ssm:${var.region}:${var.account_id}:parameter/${var.project}/${var.environment}/*",
      "arn:aws:ssm:${var.region}::parameter/aws/service/ami-amazon-linux-latest/*",
    ]
  }
}
