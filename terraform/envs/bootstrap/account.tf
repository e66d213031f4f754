# Things that an account has once. Clients often have them already: each part can be switched off.

# No thumbprint: AWS checks GitHub's certificate by its own library of authorities.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc_verify-thumbprint.html
resource "aws_iam_openid_connect_provider" "github" {
  count = var.create_github_oidc_provider ? 1 : 0

  url            = "https://token.actions.githubusercontent.com"
  client_id_list = ["sts.amazonaws.com"]
}

locals {
  # By name when it exists already: an account has one, and its ARN holds nothing else.
  github_provider_arn = var.create_github_oidc_provider ? (
    aws_iam_openid_connect_provider.github[0].arn
  ) : "arn:aws:iam::${var.account_id}:oidc-provider/token.actions.githubusercontent.com"
}

resource "aws_ce_anomaly_monitor" "services" {
  count = var.create_anomaly_monitor ? 1 : 0

  name              = "${local.project}-services"
  monitor_type      = "DIMENSIONAL"
  monitor_dimension = "SERVICE"
}

resource "aws_ce_anomaly_subscription" "daily" {
  count = var.create_anomaly_monitor ? 1 : 0

  name             = "${local.project}-daily"
  frequency        = "DAILY"
  monitor_arn_list = [aws_ce_anomaly_monitor.services[0].arn]

  dynamic "subscriber" {
    for_each = toset(var.email_addresses)

    content {
      type    = "EMAIL"
      address = subscriber.value
    }
  }

  threshold_expression {
    dimension {
      key           = "ANOMALY_TOTAL_IMPACT_ABSOLUTE"
      match_options = ["GREATER_THAN_OR_EQUAL"]
      values        = ["10"]
    }
  }
}

resource "aws_ce_cost_allocation_tag" "this" {
  for_each = var.create_cost_allocation_tags ? toset(keys(local.tags)) : toset([])

  tag_key = each.key
  status  = "Active"
}

resource "aws_sns_topic" "billing" {
  #checkov:skip=CKV_AWS_26:An amount of money; CloudWatch cannot publish under the AWS-managed key
  provider = aws.us_east_1
  count    = var.create_billing_alarm ? 1 : 0

  name = "${local.project}-billing"
}

resource "aws_sns_topic_subscription" "billing" {
  provider = aws.us_east_1
  for_each = var.create_billing_alarm ? toset(var.email_addresses) : toset([])

  topic_arn = aws_sns_topic.billing[0].arn
  protocol  = "email"
  endpoint  = each.value
}

# The whole account, whatever is tagged: what a budget by tag does not see.
resource "aws_cloudwatch_metric_alarm" "billing" {
  provider = aws.us_east_1
  count    = var.create_billing_alarm ? 1 : 0

  alarm_name          = "${local.project}-account-charges"
  alarm_description   = "The account's charges of this month exceed ${var.billing_alarm_limit} US dollars."
  namespace           = "AWS/Billing"
  metric_name         = "EstimatedCharges"
  dimensions          = { Currency = "USD" }
  statistic           = "Maximum"
  period              = 21600
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.billing_alarm_limit
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.billing[0].arn]
}
