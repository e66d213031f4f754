# Releases: push the image, find the cluster, see whether the load balancer and the alarms agree.
# What it may do inside the cluster is the Kubernetes group todo:deployers (module cluster, platform/).
data "aws_iam_policy_document" "deploy" {
  #checkov:skip=CKV_AWS_356:GetAuthorizationToken and Describe calls know no resource; the push names the repository
  source_policy_documents = [data.aws_iam_policy_document.fence.json]

  statement {
    sid       = "LogInToRegistry"
    actions   = ["ecr:GetAuthorizationToken"]
    resources = ["*"]
  }

  statement {
    sid = "PushImage"
    actions = [
      "ecr:BatchCheckLayerAvailability",
      "ecr:BatchGetImage",
      "ecr:CompleteLayerUpload",
      "ecr:DescribeImages",
      "ecr:GetDownloadUrlForLayer",
      "ecr:InitiateLayerUpload",
      "ecr:PutImage",
      "ecr:UploadLayerPart",
    ]
    resources = [var.repository_arn]
  }

  # `cosign verify` before a release: the images may lie in another account, which names this one in pull_account_ids.
  # The list of an image's signatures asks for BatchGetImage too:
  # https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ListImageReferrers.html
  statement {
    sid       = "PullToVerify"
    actions   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    resources = ["arn:aws:ecr:*:*:repository/${var.project}"]
  }

  statement {
    sid       = "FindCluster"
    actions   = ["eks:DescribeCluster"]
    resources = ["arn:aws:eks:${var.region}:${var.account_id}:cluster/${local.name}"]
  }

  statement {
    sid = "SeeTrafficAndAlarms"
    actions = [
      "cloudwatch:DescribeAlarms",
      "elasticloadbalancing:DescribeListeners",
      "elasticloadbalancing:DescribeLoadBalancers",
      "elasticloadbalancing:DescribeRules",
      "elasticloadbalancing:DescribeTags",
      "elasticloadbalancing:DescribeTargetGroups",
      "elasticloadbalancing:DescribeTargetHealth",
    ]
    resources = ["*"]
  }
}
