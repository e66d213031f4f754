# Terraform and `make platform`, from a job in the environment <env>-infra, which asks a reviewer.
# It builds what carries the environment's name or tag (build_policy.tf), and makes roles that carry the boundary; the
# roles of CI are not its own.
data "aws_iam_policy_document" "apply" {
  #checkov:skip=CKV_AWS_356:Describe calls know no resource; every write names resources or the environment's tag
  #checkov:skip=CKV_AWS_107:No secret is readable: GetSecretValue is not among the actions and the secrets deny it
  #checkov:skip=CKV_AWS_108:As above; the database's snapshots stay in the account
  #checkov:skip=CKV_AWS_109:Permissions are managed under the boundary alone, which a statement below enforces
  #checkov:skip=CKV_AWS_111:Writing is what this role is for; name, tag and boundary are the fence
  source_policy_documents = [data.aws_iam_policy_document.look.json]

  # Terraform of an older merge is refused (pipeline/newer.py): the registry says when an image came.
  statement {
    sid       = "AskWhenImagesCame"
    actions   = ["ecr:DescribeImages"]
    resources = ["arn:aws:ecr:*:*:repository/${var.project}"]
  }

  # Everything about a secret except its value.
  statement {
    sid = "MakeSecrets"
    actions = [
      "secretsmanager:CancelRotateSecret",
      "secretsmanager:CreateSecret",
      "secretsmanager:DeleteResourcePolicy",
      "secretsmanager:DeleteSecret",
      "secretsmanager:PutResourcePolicy",
      "secretsmanager:RotateSecret",
      "secretsmanager:TagResource",
      "secretsmanager:UntagResource",
      "secretsmanager:ValidateResourcePolicy",
    ]
    resources = [local.own_secrets]
  }

  # The master secret, which RDS makes in the caller's name; it rotates and deletes it with its own rights.
  # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html (permissions required)
  statement {
    sid       = "LetRdsMakeTheMasterSecret"
    actions   = ["secretsmanager:CreateSecret", "secretsmanager:TagResource"]
    resources = [local.rds_secrets]
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
      "iam:ListInstanceProfilesForRole",
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

  # The first cluster, database, load balancer and schedule of an account.
  statement {
    sid       = "ServiceLinkedRoles"
    actions   = ["iam:CreateServiceLinkedRole", "iam:GetRole"]
    resources = ["arn:aws:iam::${var.account_id}:role/aws-service-role/*"]
  }

  statement {
    sid       = "State"
    actions   = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
    resources = [local.state_object, "${local.state_object}.tflock"]
  }

  # The table holds the locks of all environments, a row each: https://developer.hashicorp.com/terraform/language/backend/s3
  statement {
    sid       = "Lock"
    actions   = ["dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem"]
    resources = [var.lock_table_arn]

    condition {
      test     = "ForAllValues:StringLike"
      variable = "dynamodb:LeadingKeys"
      values   = [for end in ["", "-md5"] : "${trimprefix(local.state_object, "arn:aws:s3:::")}${end}"]
    }
  }

  statement {
    sid       = "WantedState"
    actions   = ["ssm:GetParameters", "ssm:PutParameter"]
    resources = ["arn:aws:ssm:${var.region}:${var.account_id}:parameter/${var.project}/${var.environment}/*"]
  }
}
