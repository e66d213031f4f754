# Releases: push and verify the image, and everything that a rollback needs, for a release may end in one.
# Its rights inside the cluster come from the Kubernetes group service:deployers (module cluster, platform/).
data "aws_iam_policy_document" "deploy" {
  #checkov:skip=CKV_AWS_356:GetAuthorizationToken knows no resource; the push names the repository
  source_policy_documents = [data.aws_iam_policy_document.rollback.json]

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
  # DescribeImages: pipeline/newer.py asks when an image came.
  statement {
    sid       = "PullToVerify"
    actions   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:DescribeImages", "ecr:GetDownloadUrlForLayer"]
    resources = ["arn:aws:ecr:*:*:repository/${var.project}"]
  }
}
