# The most that any role of the environment can ever do, whatever policy somebody gives it: the work of nodes, pods and
# functions, and nothing about identities. It lies outside todo-<env>-*, so the apply role cannot change it.
data "aws_iam_policy_document" "boundary" {
  #checkov:skip=CKV_AWS_356:A boundary grants nothing; the roles' own policies name resources
  #checkov:skip=CKV_AWS_107:As above
  #checkov:skip=CKV_AWS_108:As above
  #checkov:skip=CKV_AWS_109:As above
  #checkov:skip=CKV_AWS_111:As above
  statement {
    sid = "WorkOfTheEnvironment"
    actions = [
      "acm:DescribeCertificate",
      "acm:ListCertificates",
      "autoscaling:*",
      "cloudwatch:*",
      "ec2:*",
      "ecr:BatchCheckLayerAvailability",
      "ecr:BatchGetImage",
      "ecr:GetAuthorizationToken",
      "ecr:GetDownloadUrlForLayer",
      "eks-auth:AssumeRoleForPodIdentity",
      "eks:Describe*",
      "elasticloadbalancing:*",
      "kms:CreateGrant",
      "kms:Decrypt",
      "kms:DescribeKey",
      "kms:GenerateDataKey*",
      "logs:CreateLogStream",
      "logs:Describe*",
      "logs:PutLogEvents",
      "rds:StopDBInstance",
      "route53:ChangeResourceRecordSets",
      "route53:List*",
      "secretsmanager:DescribeSecret",
      "secretsmanager:GetSecretValue",
      "secretsmanager:PutSecretValue",
      "secretsmanager:UpdateSecretVersionStage",
    ]
    resources = ["*"]
  }

  # AmazonEKSClusterPolicy and the load balancer controller: the account's first load balancer.
  statement {
    sid       = "ServiceLinkedRoles"
    actions   = ["iam:CreateServiceLinkedRole"]
    resources = ["arn:aws:iam::${var.account_id}:role/aws-service-role/*"]
  }

  statement {
    sid     = "OnlyOwnSecrets"
    effect  = "Deny"
    actions = ["secretsmanager:*"]
    not_resources = [
      for prefix in ["${local.name}/", "rds!"] : "arn:aws:secretsmanager:${var.region}:${var.account_id}:secret:${prefix}*"
    ]
  }
}

resource "aws_iam_policy" "boundary" {
  #checkov:skip=CKV_AWS_286:A boundary grants nothing; it holds no action on identities but service-linked roles
  #checkov:skip=CKV_AWS_287:A boundary grants nothing
  #checkov:skip=CKV_AWS_288:A boundary grants nothing
  #checkov:skip=CKV_AWS_289:A boundary grants nothing
  #checkov:skip=CKV_AWS_290:A boundary grants nothing
  #checkov:skip=CKV_AWS_355:A boundary grants nothing
  name        = "${local.prefix}-boundary"
  description = "The most that any role of ${local.name} can do"
  policy      = data.aws_iam_policy_document.boundary.json
}
