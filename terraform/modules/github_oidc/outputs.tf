output "role_arns" {
  description = "ARN of each role: plan, apply, deploy, rollback."
  value       = { for key, role in aws_iam_role.this : key => role.arn }
}

output "boundary_arn" {
  description = "ARN of the permissions boundary that every role of the environment carries."
  value       = aws_iam_policy.boundary.arn
}
