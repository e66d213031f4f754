mock_provider "aws" {
  source          = "../mocks"
  override_during = plan
}

variables {
  name            = "acme-dev"
  region          = "us-east-1"
  account_id      = "123456789012"
  email_addresses = ["team@example.com"]
  dashboard       = true
}

run "logs_end_and_the_audit_trail_stays_a_year" {
  command = plan

  assert {
    condition     = aws_cloudwatch_log_group.this["app"].retention_in_days == 30 && aws_cloudwatch_log_group.this["audit"].retention_in_days == 365
    error_message = "Every log group has a retention; the audit trail's is a year."
  }
}

run "saved_queries_read_the_groups_that_hold_their_lines" {
  command = plan

  assert {
    condition     = toset([for query in aws_cloudwatch_query_definition.this : query.name]) == toset(["acme-dev/errors-by-route", "acme-dev/slow-requests", "acme-dev/one-request", "acme-dev/audit-of-user"])
    error_message = "Runbooks name these queries."
  }

  assert {
    condition     = aws_cloudwatch_query_definition.this["one-request"].log_group_names == tolist(["/acme-dev/app", "/acme-dev/audit"])
    error_message = "A request has lines in both groups."
  }

  assert {
    condition     = length(fileset("queries", "*.txt")) == length(aws_cloudwatch_query_definition.this)
    error_message = "Every text is a saved query."
  }
}

run "before_the_load_balancer_there_are_no_alarms_on_it" {
  command = plan

  assert {
    condition     = length(aws_cloudwatch_metric_alarm.server_error_ratio) == 0 && length(aws_cloudwatch_metric_alarm.latency) == 0
    error_message = "An alarm on a load balancer that is not there would never fire."
  }
}

run "with_the_load_balancer_both_alarms_wait_for_traffic" {
  command = plan

  variables {
    load_balancer_arn_suffix = "app/k8s-service/0123456789abcdef"
  }

  assert {
    condition     = strcontains([for query in aws_cloudwatch_metric_alarm.server_error_ratio["this"].metric_query : query.expression if query.id == "percent"][0], "IF(requests >= 10")
    error_message = "The ratio counts from 10 requests a minute on."
  }

  assert {
    condition     = [for query in aws_cloudwatch_metric_alarm.latency["this"].metric_query : query.expression if query.id == "slow"][0] == "IF(requests >= 10, p99, 0)"
    error_message = "The p99 counts from 10 requests a minute on."
  }

  assert {
    condition     = alltrue([for alarm in [aws_cloudwatch_metric_alarm.server_error_ratio["this"], aws_cloudwatch_metric_alarm.latency["this"]] : alltrue([for query in alarm.metric_query : query.metric[0].period == 60 if length(query.metric) > 0]) && alarm.evaluation_periods == 3])
    error_message = "Both speak within three minutes: a release is watched for five."
  }

  # deploy/release.toml requires them by these names.
  assert {
    condition     = [aws_cloudwatch_metric_alarm.server_error_ratio["this"].alarm_name, aws_cloudwatch_metric_alarm.latency["this"].alarm_name] == ["acme-dev-load-balancer-5xx-ratio", "acme-dev-load-balancer-p99"]
    error_message = "The release tool asks for both by name."
  }

  assert {
    condition     = [aws_cloudwatch_metric_alarm.server_error_ratio["this"].threshold, aws_cloudwatch_metric_alarm.latency["this"].threshold] == [1, 0.3]
    error_message = "More than 1 % of errors, or a p99 above 0.3 s, stops a release."
  }

  assert {
    condition     = alltrue([for alarm in [aws_cloudwatch_metric_alarm.server_error_ratio["this"], aws_cloudwatch_metric_alarm.latency["this"], aws_cloudwatch_metric_alarm.error_lines] : can(regex("docs/runbooks/[a-z0-9-]+\\.md", alarm.alarm_description))])
    error_message = "Every alarm names its runbook."
  }

  assert {
    condition     = length(jsondecode(aws_cloudwatch_dashboard.this[0].dashboard_body).widgets) == 4
    error_message = "The dashboard shows the load balancer as soon as it is there."
  }
}

run "dev_needs_no_dashboard" {
  command = plan

  variables {
    dashboard = false
  }

  assert {
    condition     = length(aws_cloudwatch_dashboard.this) == 0
    error_message = "dashboard = false makes none."
  }
}

# Every validation refuses what it is there to refuse.
run "values_outside_of_their_bounds_are_refused" {
  command = plan

  variables {
    log_retention_days       = 8
    email_addresses          = ["team"]
    load_balancer_arn_suffix = "net/a/b"
  }

  expect_failures = [
    var.log_retention_days,
    var.email_addresses,
    var.load_balancer_arn_suffix,
  ]
}
