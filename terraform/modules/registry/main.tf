resource "aws_ecr_repository" "this" {
  #checkov:skip=CKV_AWS_136:Images hold no secret and are pulled across accounts; AES-256 needs no grant in a key policy for each of them
  name = var.name

  # A tag that can move is a release nobody can repeat; releases name the digest anyway.
  image_tag_mutability = "IMMUTABLE"

  image_scanning_configuration {
    scan_on_push = true
  }

  encryption_configuration {
    encryption_type = "AES256"
  }

  force_delete = var.force_delete
}

resource "aws_ecr_lifecycle_policy" "this" {
  repository = aws_ecr_repository.this.name

  # No rule for what is untagged: cosign 3 stores signatures and bills of materials as referrers, which carry no tag, and
  # an image whose signature has expired is refused by the next release. They go with their image by themselves, within
  # 24 hours: https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html (evaluation rules). Nothing
  # else here is untagged: every push has a tag, tags do not move, and the layers of an interrupted push are no image.
  policy = jsonencode({
    # An image that a rule's tags fit belongs to that rule alone, so the second one never counts what was released:
    # https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html (evaluation rules). Without the first,
    # fifty merges in dev would expire what prod runs.
    rules = [
      {
        rulePriority = 1
        description  = "What was released, of all environments: what runs and what a rollback needs"
        selection = {
          tagStatus      = "tagged"
          tagPatternList = ["released-*"]
          countType      = "imageCountMoreThan"
          countNumber    = 200 # an environment may stay on one release while others release every day
        }
        action = { type = "expire" }
      },
      {
        rulePriority = 2
        description  = "The newest images of main, whether released or not"
        selection = {
          tagStatus      = "tagged"
          tagPatternList = ["*"]
          countType      = "imageCountMoreThan"
          countNumber    = 50
        }
        action = { type = "expire" }
      },
    ]
  })
}

data "aws_iam_policy_document" "pull" {
  count = length(var.pull_account_ids) > 0 ? 1 : 0

  statement {
    sid = "PullFromOtherAccounts"
    # DescribeImages: pipeline/newer.py asks when an image came.
    actions = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:DescribeImages", "ecr:GetDownloadUrlForLayer"]

    principals {
      type        = "AWS"
      identifiers = [for account in var.pull_account_ids : "arn:aws:iam::${account}:root"]
    }
  }
}

resource "aws_ecr_repository_policy" "pull" {
  count = length(var.pull_account_ids) > 0 ? 1 : 0

  repository = aws_ecr_repository.this.name
  policy     = data.aws_iam_policy_document.pull[0].json
}
