locals {
  # db.t4g.micro allows about 110 connections (RDS: memory / 9,531,392 bytes); the alarm leaves time to act.
  alarms = {
    connections = {
      metric      = "DatabaseConnections"
      statistic   = "Maximum"
      comparison  = "GreaterThanThreshold"
      threshold   = 80
      description = "More database connections than the pods should need: a leak, or too many pods for this instance class. docs/runbooks/database-connections-near-limit.md"
    }
    storage = {
      metric      = "FreeStorageSpace"
      statistic   = "Minimum"
      comparison  = "LessThanThreshold"
      threshold   = local.storage_gb * 1024 * 1024 * 1024 / 10
      description = "Less than a tenth of the first storage size is free and growth has not helped: writes stop when it is full. docs/runbooks/database-unreachable.md"
    }
    cpu = {
      metric      = "CPUUtilization"
      statistic   = "Average"
      comparison  = "GreaterThanThreshold"
      threshold   = 80
      description = "The database's processors are busy: requests slow down before they fail. docs/runbooks/latency-p99-high.md"
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "database" {
  for_each = local.alarms

  alarm_name          = "${var.name}-database-${each.key}"
  alarm_description   = each.value.description
  namespace           = "AWS/RDS"
  metric_name         = each.value.metric
  dimensions          = { DBInstanceIdentifier = aws_db_instance.this.identifier }
  statistic           = each.value.statistic
  comparison_operator = each.value.comparison
  threshold           = each.value.threshold

  # Five of six minutes: RDS tells each metric once a minute, and a release is watched for five. A stopped database has no
  # data, and is not an incident.
  period              = 60
  evaluation_periods  = 6
  datapoints_to_alarm = 5
  treat_missing_data  = "notBreaching"

  alarm_actions = [var.alarm_topic_arn]
  ok_actions    = [var.alarm_topic_arn]
}
