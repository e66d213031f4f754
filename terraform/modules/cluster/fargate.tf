# The application's pods. Namespace *and* label: without the label the profile would also take the pods that must run on
# nodes, such as the mirror of the secrets, and they would stay Pending (CSI volumes do not mount on Fargate).

data "aws_iam_policy_document" "fargate_trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["eks-fargate-pods.amazonaws.com"]
    }

    # Only this cluster's profiles:
    # https://docs.aws.amazon.com/eks/latest/userguide/pod-execution-role.html (confused deputy)
    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = ["arn:aws:eks:${local.region}:${local.account_id}:fargateprofile/${var.name}/*"]
    }
  }
}

resource "aws_iam_role" "fargate" {
  name                 = "${var.name}-fargate"
  assume_role_policy   = data.aws_iam_policy_document.fargate_trust.json
  permissions_boundary = var.permissions_boundary_arn
}

resource "aws_iam_role_policy_attachment" "fargate" {
  role       = aws_iam_role.fargate.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonEKSFargatePodExecutionRolePolicy"
}

# Fargate's log router writes with this role. The group exists, so it need not make one.
# https://docs.aws.amazon.com/eks/latest/userguide/fargate-logging.html
data "aws_iam_policy_document" "fargate_logs" {
  statement {
    sid       = "WriteApplicationLog"
    actions   = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
    resources = ["${var.log_group_arns["app"]}:*"]
  }
}

resource "aws_iam_role_policy" "fargate_logs" {
  name   = "log"
  role   = aws_iam_role.fargate.id
  policy = data.aws_iam_policy_document.fargate_logs.json
}

resource "aws_eks_fargate_profile" "app" {
  cluster_name           = aws_eks_cluster.this.name
  fargate_profile_name   = "app"
  pod_execution_role_arn = aws_iam_role.fargate.arn
  subnet_ids             = values(var.private_subnet_ids)

  selector {
    namespace = local.namespace
    labels    = { "service/compute" = "fargate" }
  }

  depends_on = [aws_iam_role_policy_attachment.fargate, aws_iam_role_policy.fargate_logs]
}
