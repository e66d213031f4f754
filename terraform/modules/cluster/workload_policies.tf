locals {
  workload_policies = merge(
    {
      web                      = data.aws_iam_policy_document.web.json
      secrets-mirror           = data.aws_iam_policy_document.secrets_mirror.json
      load-balancer-controller = data.aws_iam_policy_document.load_balancer_controller.json
      cluster-autoscaler       = data.aws_iam_policy_document.cluster_autoscaler.json
      fluent-bit               = data.aws_iam_policy_document.fluent_bit.json
    },
    { for key, document in data.aws_iam_policy_document.external_dns : key => document.json },
  )
}

# The web pods write their audit trail, and nothing else: their secrets come as files. With components/compute-nodes they
# mount the secrets themselves, so they also read them themselves.
data "aws_iam_policy_document" "web" {
  source_policy_documents = var.web_reads_secrets ? [data.aws_iam_policy_document.secrets_mirror.json] : []

  statement {
    sid       = "WriteAuditTrail"
    actions   = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
    resources = ["${var.log_group_arns["audit"]}:*"]
  }
}

data "aws_iam_policy_document" "secrets_mirror" {
  statement {
    sid       = "ReadSecrets"
    actions   = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"]
    resources = var.secret_arns
  }

  dynamic "statement" {
    for_each = var.kms_key_arn == null ? [] : [var.kms_key_arn]

    content {
      sid       = "DecryptSecrets"
      actions   = ["kms:Decrypt"]
      resources = [statement.value]

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = ["secretsmanager.${local.region}.amazonaws.com"]
      }
    }
  }
}

# https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/cloudprovider/aws/README.md
data "aws_iam_policy_document" "cluster_autoscaler" {
  statement {
    sid = "Look"
    actions = [
      "autoscaling:DescribeAutoScalingGroups",
      "autoscaling:DescribeAutoScalingInstances",
      "autoscaling:DescribeLaunchConfigurations",
      "autoscaling:DescribeScalingActivities",
      "autoscaling:DescribeTags",
      "ec2:DescribeImages",
      "ec2:DescribeInstanceTypes",
      "ec2:DescribeLaunchTemplateVersions",
      "ec2:GetInstanceTypesFromInstanceRequirements",
    ]
    resources = ["*"]
  }

  statement {
    sid       = "LookAtNodeGroups"
    actions   = ["eks:DescribeNodegroup"]
    resources = ["arn:aws:eks:${local.region}:${local.account_id}:nodegroup/${var.name}/*"]
  }

  statement {
    sid       = "ResizeOwnGroups"
    actions   = ["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"]
    resources = ["arn:aws:autoscaling:${local.region}:${local.account_id}:autoScalingGroup:*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/k8s.io/cluster-autoscaler/${var.name}"
      values   = ["owned"]
    }
  }
}

data "aws_iam_policy_document" "fluent_bit" {
  statement {
    sid       = "WritePlatformLog"
    actions   = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
    resources = ["${var.log_group_arns["platform"]}:*", "${var.log_group_arns["app"]}:*"]
  }
}

# https://kubernetes-sigs.github.io/external-dns/latest/docs/tutorials/aws/: changes in one zone, lists without a scope.
data "aws_iam_policy_document" "external_dns" {
  for_each = var.zone == null ? {} : { external-dns = var.zone }

  statement {
    sid       = "LookAtOneZone"
    actions   = ["route53:ListResourceRecordSets", "route53:ListTagsForResources"]
    resources = [each.value.arn]
  }

  # Two environments may share a zone, and each keeps to its own names.
  # https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/specifying-rrset-conditions.html
  statement {
    sid       = "ChangeOwnNames"
    actions   = ["route53:ChangeResourceRecordSets"]
    resources = [each.value.arn]

    condition {
      test     = "ForAllValues:StringLike"
      variable = "route53:ChangeResourceRecordSetsNormalizedRecordNames"
      values   = [each.value.domain, "*.${each.value.domain}"]
    }
  }

  statement {
    sid       = "FindZones"
    actions   = ["route53:ListHostedZones"]
    resources = ["*"]
  }
}
