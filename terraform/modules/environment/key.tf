# One key for secrets, database, logs and Kubernetes Secrets where settings.customer_managed_key says so: $1 a month,
# and the account decides who decrypts.
data "aws_iam_policy_document" "key" {
  #checkov:skip=CKV_AWS_109:The key policy of the account itself: IAM decides, as AWS's default key policy has it
  #checkov:skip=CKV_AWS_111:As above
  #checkov:skip=CKV_AWS_356:In a key policy "*" is this key
  statement {
    sid       = "AccountDecidesByIam"
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::${local.account_id}:root"]
    }
  }

  # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
  statement {
    sid       = "LogsOfThisEnvironment"
    actions   = ["kms:Decrypt*", "kms:DescribeKey", "kms:Encrypt*", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["logs.${local.region}.amazonaws.com"]
    }

    condition {
      test     = "ArnLike"
      variable = "kms:EncryptionContext:aws:logs:arn"
      values   = ["arn:aws:logs:${local.region}:${local.account_id}:log-group:*${local.name}*"]
    }
  }
}

resource "aws_kms_key" "data" {
  count = var.settings.customer_managed_key ? 1 : 0

  description             = "Secrets, database, logs and Kubernetes Secrets of ${local.name}"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy                  = data.aws_iam_policy_document.key.json
}

resource "aws_kms_alias" "data" {
  count = var.settings.customer_managed_key ? 1 : 0

  name          = "alias/${local.name}"
  target_key_id = aws_kms_key.data[0].key_id
}
