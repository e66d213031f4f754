data "aws_caller_identity" "current" {}

data "aws_region" "current" {}

# Account and region in the name: bucket names are unique over all of AWS, and nobody has to invent one.
resource "aws_s3_bucket" "state" {
  #checkov:skip=CKV_AWS_18:Reads of the state are in CloudTrail's data events where the account has them; a log bucket for one bucket is a second one to guard
  #checkov:skip=CKV_AWS_144:The state can be rebuilt by import and its versions are kept; a copy in a second region is the client's decision
  #checkov:skip=CKV2_AWS_62:Nothing acts on a change of the state
  bucket = "${var.project}-state-${data.aws_caller_identity.current.account_id}-${data.aws_region.current.id}"

  # A bucket that still holds versions is not deleted by accident: terraform/README.md (Destroy) empties it on purpose.
  force_destroy = var.force_destroy
}

resource "aws_s3_bucket_versioning" "state" {
  bucket = aws_s3_bucket.state.id

  versioning_configuration {
    status = "Enabled"
  }
}

# The AWS-managed key aws/s3: no $1 a month, and no key policy that could lock the state away.
resource "aws_s3_bucket_server_side_encryption_configuration" "state" {
  bucket = aws_s3_bucket.state.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm = "aws:kms"
    }
  }
}

resource "aws_s3_bucket_public_access_block" "state" {
  bucket = aws_s3_bucket.state.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_lifecycle_configuration" "state" {
  bucket = aws_s3_bucket.state.id

  # Every run leaves a version and a delete marker of <key>.tflock in a versioned bucket: both go with this rule.
  rule {
    id     = "expire-old-versions"
    status = "Enabled"

    filter {}

    noncurrent_version_expiration {
      noncurrent_days = 90 # a broken state is often noticed weeks later
    }

    expiration {
      expired_object_delete_marker = true
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }

  depends_on = [aws_s3_bucket_versioning.state]
}

data "aws_iam_policy_document" "state" {
  statement {
    sid       = "TlsOnly"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.state.arn, "${aws_s3_bucket.state.arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_s3_bucket_policy" "state" {
  bucket = aws_s3_bucket.state.id
  policy = data.aws_iam_policy_document.state.json

  depends_on = [aws_s3_bucket_public_access_block.state]
}

# The second lock beside S3's own (docs/adr/0020): the requirements name it, Terraform 1.11 deprecates it.
resource "aws_dynamodb_table" "lock" {
  #checkov:skip=CKV_AWS_119:The rows hold a lock's owner and time; the AWS-owned key encrypts them
  name         = "${var.project}-state-lock"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "LockID"

  attribute {
    name = "LockID"
    type = "S"
  }

  point_in_time_recovery {
    enabled = true
  }
}
