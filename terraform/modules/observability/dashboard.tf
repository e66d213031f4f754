locals {
  widgets = concat(
    [
      {
        title   = "Errors the application logged"
        metrics = [[var.name, "server_errors"], [var.name, "error_lines"]]
        stat    = "Sum"
      },
      {
        title   = "Database connections and CPU"
        metrics = [for metric in ["DatabaseConnections", "CPUUtilization"] : ["AWS/RDS", metric, "DBInstanceIdentifier", var.name]]
        stat    = "Maximum"
      },
    ],
    [
      for suffix in values(local.load_balancer) : {
        title   = "Requests and 5xx answers"
        metrics = [for metric in ["RequestCount", "HTTPCode_Target_5XX_Count", "HTTPCode_ELB_5XX_Count"] : ["AWS/ApplicationELB", metric, "LoadBalancer", suffix]]
        stat    = "Sum"
      }
    ],
    [
      for suffix in values(local.load_balancer) : {
        title   = "p99 in seconds"
        metrics = [["AWS/ApplicationELB", "TargetResponseTime", "LoadBalancer", suffix]]
        stat    = "p99"
      }
    ],
  )
}

# $3 a month beyond the account's first three: a variable, off in dev, where Grafana shows the same.
resource "aws_cloudwatch_dashboard" "this" {
  count = var.dashboard ? 1 : 0

  dashboard_name = var.name

  dashboard_body = jsonencode({
    widgets = [
      for index, widget in local.widgets : {
        type       = "metric"
        x          = 12 * (index % 2)
        y          = 6 * floor(index / 2)
        width      = 12
        height     = 6
        properties = merge(widget, { region = var.region, period = 300, view = "timeSeries" })
      }
    ]
  })
}
