output "host" {
  description = "Host name of the database."
  value       = aws_db_instance.this.address
}

output "port" {
  description = "Port of the database."
  value       = aws_db_instance.this.port
}

output "database_name" {
  description = "Name of the database."
  value       = aws_db_instance.this.db_name
}

output "identifier" {
  description = "RDS identifier, which sleep and wake stop and start."
  value       = aws_db_instance.this.identifier
}

output "arn" {
  description = "ARN of the instance."
  value       = aws_db_instance.this.arn
}

output "security_group_id" {
  description = "Security group of the instance, where its clients' own groups let them go."
  value       = aws_security_group.database.id
}

output "master_secret_arn" {
  description = "Secret of the master user, made and rotated by RDS."
  value       = aws_db_instance.this.master_user_secret[0].secret_arn
}
