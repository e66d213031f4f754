resource "aws_lambda_permission" "rotate" {
  statement_id   = "SecretsManager"
  action         = "lambda:InvokeFunction"
  function_name  = aws_lambda_function.this["rotate"].function_name
  principal      = "secretsmanager.amazonaws.com"
  source_account = data.aws_caller_identity.current.account_id
  source_arn     = aws_secretsmanager_secret.this["app_database"].arn
}

# None in dev: asleep, neither the database nor the way to Secrets Manager is there, and a rotation would fail nightly.
resource "aws_secretsmanager_secret_rotation" "app_database" {
  #checkov:skip=CKV_AWS_304:rotation_days refuses more than 90, which the check cannot compute
  count = var.rotation_days == null ? 0 : 1

  secret_id           = aws_secretsmanager_secret.this["app_database"].id
  rotation_lambda_arn = aws_lambda_function.this["rotate"].arn

  # The first value comes from bootstrap, after this; a rotation before it could only fail.
  rotate_immediately = false

  rotation_rules {
    automatically_after_days = var.rotation_days
  }

  depends_on = [aws_lambda_permission.rotate]
}
