# The load balancer is made by its controller after Terraform: the root finds it by the controller's tags and gives its
# name here on the second apply. Both alarms need traffic before they speak: one failed request at night is 100 %.
# Periods of 60 s, the shortest that the load balancer's metrics have: a release is watched for 300 s and must be rolled
# back within them (environments/prod.ini requires both by name). They stay on after it, and mail the person on call.
locals {
  load_balancer = var.load_balancer_arn_suffix == null ? {} : { this = var.load_balancer_arn_suffix }

  minimum_requests     = 10 # a minute; below it neither alarm speaks
  server_error_percent = 1
  latency_seconds      = 0.3
}

resource "aws_cloudwatch_metric_alarm" "server_error_ratio" {
  for_each = local.load_balancer

  alarm_name          = "${var.name}-load-balancer-5xx-ratio"
  alarm_description   = "More than ${local.server_error_percent} % of at least ${local.minimum_requests} requests a minute failed, in 2 of 3 minutes: users see errors now. docs/runbooks/server-error-ratio-high.md"
  comparison_operator = "GreaterThanThreshold"
  threshold           = local.server_error_percent
  evaluation_periods  = 3
  datapoints_to_alarm = 2
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]

  metric_query {
    id          = "percent"
    label       = "5xx answers in percent"
    expression  = "IF(requests >= ${local.minimum_requests}, 100 * (FILL(from_pods, 0) + FILL(from_balancer, 0)) / requests, 0)"
    return_data = true
  }

  dynamic "metric_query" {
    for_each = {
      requests      = "RequestCount"
      from_pods     = "HTTPCode_Target_5XX_Count"
      from_balancer = "HTTPCode_ELB_5XX_Count"
    }

    content {
      id = metric_query.key

      metric {
        namespace   = "AWS/ApplicationELB"
        metric_name = metric_query.value
        dimensions  = { LoadBalancer = each.value }
        stat        = "Sum"
        period      = 60
      }
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "latency" {
  for_each = local.load_balancer

  alarm_name          = "${var.name}-load-balancer-p99"
  alarm_description   = "The slowest hundredth of at least ${local.minimum_requests} requests a minute took longer than ${local.latency_seconds} s, for 3 minutes. docs/runbooks/latency-p99-high.md"
  comparison_operator = "GreaterThanThreshold"
  threshold           = local.latency_seconds
  evaluation_periods  = 3
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]

  metric_query {
    id          = "slow"
    label       = "p99 in seconds"
    expression  = "IF(requests >= ${local.minimum_requests}, p99, 0)"
    return_data = true
  }

  dynamic "metric_query" {
    for_each = {
      requests = { metric = "RequestCount", stat = "Sum" }
      p99      = { metric = "TargetResponseTime", stat = "p99" }
    }

    content {
      id = metric_query.key

      metric {
        namespace   = "AWS/ApplicationELB"
        metric_name = metric_query.value.metric
        dimensions  = { LoadBalancer = each.value }
        stat        = metric_query.value.stat
        period      = 60
      }
    }
  }
}
