# Saved queries of CloudWatch Logs Insights. They bill nothing; running one bills what it reads ($0.005 a GB).
locals {
  # The log groups that each one reads; its text is queries/<name>.txt.
  queries = {
    errors-by-route = ["app"]
    slow-requests   = ["app"]
    one-request     = ["app", "audit"]
    audit-of-user   = ["audit"]
  }
}

resource "aws_cloudwatch_query_definition" "this" {
  for_each = local.queries

  # The part before the slash is a folder in the console.
  name            = "${var.name}/${each.key}"
  query_string    = file("${path.module}/queries/${each.key}.txt")
  log_group_names = [for key in each.value : aws_cloudwatch_log_group.this[key].name]
}
