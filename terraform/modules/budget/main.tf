locals {
  # Percent of the limit and kind: told at half, before the end, at the end, and as soon as the forecast says so.
  notifications = {
    half     = { threshold = 50, type = "ACTUAL" }
    soon     = { threshold = 80, type = "ACTUAL" }
    reached  = { threshold = 100, type = "ACTUAL" }
    forecast = { threshold = 100, type = "FORECASTED" }
  }
}

resource "aws_budgets_budget" "monthly" {
  name         = "${var.name}-monthly"
  budget_type  = "COST"
  limit_amount = tostring(var.limit)
  limit_unit   = "USD"
  time_unit    = "MONTHLY"

  # Needs the cost-allocation tag switched on (envs/bootstrap, create_cost_allocation_tags), else the budget reads $0.
  cost_filter {
    name   = "TagKeyValue"
    values = [format("user:Environment$%s", var.environment)]
  }

  dynamic "notification" {
    for_each = local.notifications

    content {
      comparison_operator        = "GREATER_THAN"
      threshold                  = notification.value.threshold
      threshold_type             = "PERCENTAGE"
      notification_type          = notification.value.type
      subscriber_email_addresses = var.email_addresses
    }
  }
}
