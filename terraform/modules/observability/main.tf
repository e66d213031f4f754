locals {
  # app: standard output of the application, one JSON object a line. audit: who changed what, written by the application
  # itself. platform: standard output of what runs on the nodes. control_plane: EKS prescribes the name; it is here, not
  # with the cluster, because a night must not delete who did what by day.
  log_group_names = merge(
    { for key in ["app", "audit", "platform"] : key => "/${var.name}/${key}" },
    { control_plane = "/aws/eks/${var.name}/cluster" },
  )
}

resource "aws_cloudwatch_log_group" "this" {
  #checkov:skip=CKV_AWS_338:The audit group keeps a year; the others are for the days after an incident
  #checkov:skip=CKV_AWS_158:The key is the variable kms_key_arn: prod gives one, dev uses CloudWatch's own encryption
  for_each = local.log_group_names

  name              = each.value
  retention_in_days = each.key == "audit" ? 365 : var.log_retention_days
  kms_key_id        = var.kms_key_arn
}

locals {
  # Field names of the log line that todoproject/logs writes.
  metric_filters = {
    server_errors = "{ $.status >= 500 }"
    error_lines   = "{ $.level = \"ERROR\" }"
  }
}

resource "aws_cloudwatch_log_metric_filter" "app" {
  for_each = local.metric_filters

  name           = "${var.name}-${replace(each.key, "_", "-")}"
  log_group_name = aws_cloudwatch_log_group.this["app"].name
  pattern        = each.value

  # No default value: a filter that writes zeros bills $0.30 a month for silence.
  metric_transformation {
    namespace = var.name
    name      = each.key
    value     = "1"
  }
}

# Errors that never become an HTTP answer: a migration, the admin's background work, a broken start.
resource "aws_cloudwatch_metric_alarm" "error_lines" {
  alarm_name          = "${var.name}-error-lines"
  alarm_description   = "The application wrote more than 5 ERROR lines in 5 minutes. docs/runbooks/server-error-ratio-high.md"
  namespace           = var.name
  metric_name         = aws_cloudwatch_log_metric_filter.app["error_lines"].metric_transformation[0].name
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 5
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
}
