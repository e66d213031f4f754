# The most that any role of the environment can ever do, whatever policy somebody gives it: the work of nodes, pods and
# functions, and nothing about identities. It lies outside acme-<env>-*, so the apply role cannot change it.
data "aws_iam_policy_document" "boundary" {
  #checkov:skip=CKV_AWS_356:A boundary grants nothing; the roles' own policies name resources
  #checkov:skip=CKV_AWS_107:As above
  #checkov:skip=CKV_AWS_108:As above
  #checkov:skip=CKV_AWS_109:As above
  #checkov:skip=CKV_AWS_111:As above
  source_policy_documents = [data.aws_iam_policy_document.fence.json]

  statement {
    sid = "WorkOfTheEnvironment"
    actions = [
      "acm:DescribeCertificate",
      "acm:ListCertificates",
      "autoscaling:Describe*",
      "cloudwatch:Describe*",
      "ec2:*",
      "ecr:BatchCheckLayerAvailability",
      "ecr:BatchGetImage",
      "ecr:GetAuthorizationToken",
      "ecr:GetDownloadUrlForLayer",
      "eks-auth:AssumeRoleForPodIdentity",
      "elasticloadbalancing:*",
      "kms:CreateGrant",
      "kms:Decrypt",
      "kms:DescribeKey",
      "kms:GenerateDataKey*",
      "logs:DescribeLogGroups",
      "logs:GetQueryResults",
      "route53:List*",
    ]
    resources = ["*"]
  }

  # ECR's calls above are for the image repository, which is shared.
  statement {
    sid = "WorkOnNamed"
    actions = [
      "eks:Describe*",
      "eks:List*",
      "logs:CreateLogStream",
      "logs:Describe*",
      "logs:FilterLogEvents",
      "logs:Get*",
      "logs:PutLogEvents",
      "logs:StartQuery",
      "rds:StopDBInstance",
    ]
    resources = local.named
  }

  # AmazonEKSClusterPolicy would let the cluster's role resize every group of the account.
  statement {
    sid       = "OwnGroups"
    actions   = ["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/k8s.io/cluster-autoscaler/${local.name}"
      values   = ["owned"]
    }
  }

  statement {
    sid = "OwnSecrets"
    actions = [
      "secretsmanager:DescribeSecret",
      "secretsmanager:GetSecretValue",
      "secretsmanager:PutSecretValue",
      "secretsmanager:UpdateSecretVersionStage",
    ]
    resources = [local.own_secrets]
  }

  # The bootstrap and rotation functions read it; its name is invented, RDS's own tag says whose it is.
  statement {
    sid       = "OwnMasterSecret"
    actions   = ["secretsmanager:GetSecretValue"]
    resources = [local.rds_secrets]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/aws:rds:primaryDBInstanceArn"
      values   = [local.database_arn]
    }
  }

  dynamic "statement" {
    for_each = local.zone_arns

    content {
      sid       = "OwnNames"
      actions   = ["route53:ChangeResourceRecordSets"]
      resources = [statement.value]

      condition {
        test     = "ForAllValues:StringLike"
        variable = "route53:ChangeResourceRecordSetsNormalizedRecordNames"
        values   = [var.zone.domain, "*.${var.zone.domain}"]
      }
    }
  }

  # AmazonEKSClusterPolicy and the load balancer controller: the account's first load balancer.
  statement {
    sid       = "ServiceLinkedRoles"
    actions   = ["iam:CreateServiceLinkedRole"]
    resources = ["arn:aws:iam::${var.account_id}:role/aws-service-role/*"]
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
