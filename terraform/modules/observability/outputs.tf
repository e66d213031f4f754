output "log_group_names" {
  description = "Name of each log group: app, audit, platform, control_plane."
  value       = { for key, group in aws_cloudwatch_log_group.this : key => group.name }
}

output "log_group_arns" {
  description = "ARN of each log group: app, audit, platform, control_plane."
  value       = { for key, group in aws_cloudwatch_log_group.this : key => group.arn }
}

output "alarm_topic_arn" {
  description = "SNS topic that alarms go to."
  value       = aws_sns_topic.alarms.arn
}
