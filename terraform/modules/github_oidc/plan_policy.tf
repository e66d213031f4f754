# Pull requests: see everything that a plan compares, change nothing, read no secret. `terraform plan -lock=false`.
data "aws_iam_policy_document" "plan" {
  #checkov:skip=CKV_AWS_356:Describe and List calls know no resource, and a plan must see what it compares
  source_policy_documents = [data.aws_iam_policy_document.look.json]

  statement {
    sid       = "NeverASecretValue"
    effect    = "Deny"
    actions   = ["secretsmanager:BatchGetSecretValue", "secretsmanager:GetSecretValue", "kms:Decrypt"]
    resources = ["*"]

    # The state lies under the AWS-managed key of S3, the variables of functions under Lambda's: decrypting either on the
    # service's behalf is not reading a secret, and a plan without the variables would see drift every night.
    condition {
      test     = "StringNotEquals"
      variable = "kms:ViaService"
      values   = ["s3.${var.region}.amazonaws.com", "lambda.${var.region}.amazonaws.com"]
    }
  }
}
