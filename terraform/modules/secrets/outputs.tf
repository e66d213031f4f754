output "secret_arns" {
  description = "ARN of each secret: django_secret_key, jwt_signing_keys, app_database, migrate_database."
  value       = { for key, secret in aws_secretsmanager_secret.this : key => secret.arn }
}

output "function_names" {
  description = "Names of the functions bootstrap and rotate."
  value       = { for key, function in aws_lambda_function.this : key => function.function_name }
}

output "security_group_id" {
  description = "Security group of the functions, a client of the database."
  value       = aws_security_group.function.id
}
