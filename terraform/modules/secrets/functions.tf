# The package of terraform/lambda, built by `make lambda`, as two functions that differ in their handler.
locals {
  functions = {
    bootstrap = "Makes database roles, and a first value for each secret that has none"
    rotate    = "Rotates the application's database login between two users"
  }
}

resource "aws_security_group" "function" {
  name        = "${var.name}-database-access"
  description = "Bootstrap and rotate: out to PostgreSQL and to AWS, in from nowhere"
  vpc_id      = var.vpc_id

  tags = { Name = "${var.name}-database-access" }
}

resource "aws_vpc_security_group_egress_rule" "postgresql" {
  security_group_id = aws_security_group.function.id
  description       = "PostgreSQL in the VPC"
  cidr_ipv4         = var.vpc_cidr
  ip_protocol       = "tcp"
  from_port         = 5432
  to_port           = 5432
}

resource "aws_vpc_security_group_egress_rule" "aws" {
  security_group_id = aws_security_group.function.id
  description       = "Secrets Manager, through the NAT"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_cloudwatch_log_group" "function" {
  #checkov:skip=CKV_AWS_338:Who rotated what is in CloudTrail; these lines help with the last failure
  #checkov:skip=CKV_AWS_158:Names of roles and secrets, never a value; the key is the variable kms_key_arn
  for_each = local.functions

  name              = "/aws/lambda/${var.name}-database-${each.key}"
  retention_in_days = 30
  kms_key_id        = var.kms_key_arn
}

resource "aws_lambda_function" "this" {
  #checkov:skip=CKV_AWS_116:Called by a person or by Secrets Manager, both of which see the failure themselves
  #checkov:skip=CKV_AWS_115:A reserved concurrency takes from the account's 1,000; Secrets Manager calls one step at a time
  #checkov:skip=CKV_AWS_272:The package is built and hashed by the same commit that applies it; signing needs a profile in the client's account
  #checkov:skip=CKV_AWS_173:ARNs and a host name, no secret
  #checkov:skip=CKV_AWS_50:Two calls a month: the log says as much as a trace
  for_each = local.functions

  function_name    = "${var.name}-database-${each.key}"
  description      = each.value
  role             = aws_iam_role.function.arn
  handler          = "database_access.${each.key}.handler"
  runtime          = var.runtime
  architectures    = ["x86_64"]
  filename         = var.package
  source_code_hash = filebase64sha256(var.package)
  memory_size      = 256

  # Secrets Manager waits 30 s for a step; a connection gives up after 5.
  timeout = 30

  vpc_config {
    subnet_ids         = var.subnet_ids
    security_group_ids = [aws_security_group.function.id]
  }

  environment {
    variables = {
      DB_HOST               = var.database.host
      DB_PORT               = var.database.port
      DB_NAME               = var.database.name
      DB_SSLMODE            = "require"
      MASTER_SECRET_ARN     = var.master_secret_arn
      DJANGO_SECRET_KEY_ARN = aws_secretsmanager_secret.this["django_secret_key"].arn
      JWT_SIGNING_KEYS_ARN  = aws_secretsmanager_secret.this["jwt_signing_keys"].arn
      APP_DATABASE_ARN      = aws_secretsmanager_secret.this["app_database"].arn
      MIGRATE_DATABASE_ARN  = aws_secretsmanager_secret.this["migrate_database"].arn
    }
  }

  depends_on = [aws_iam_role_policy.function, aws_cloudwatch_log_group.function]
}
