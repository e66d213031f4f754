# Who is on call: reads what is going on and rolls back, nothing else. In the cluster it is the group service-oncall
# (platform/cluster), through an access entry that comes and goes with the cluster; here it may find the cluster and see
# what the load balancer, the alarms and the logs say. Who becomes it: access.on_call_principal_arns.
data "aws_iam_policy_document" "on_call_trust" {
  count = local.on_call_count

  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "AWS"
      identifiers = var.access.on_call_principal_arns
    }
  }
}

data "aws_iam_policy_document" "on_call" {
  #checkov:skip=CKV_AWS_356:Describe calls of alarms and load balancers know no resource
  statement {
    sid       = "FindCluster"
    actions   = ["eks:DescribeCluster"]
    resources = ["arn:aws:eks:${local.region}:${local.account_id}:cluster/${local.name}"]
  }

  statement {
    sid = "SeeTrafficAndAlarms"
    actions = [
      "cloudwatch:DescribeAlarmHistory",
      "cloudwatch:DescribeAlarms",
      "elasticloadbalancing:DescribeListeners",
      "elasticloadbalancing:DescribeLoadBalancers",
      "elasticloadbalancing:DescribeRules",
      "elasticloadbalancing:DescribeTags",
      "elasticloadbalancing:DescribeTargetGroups",
      "elasticloadbalancing:DescribeTargetHealth",
      "logs:GetQueryResults",
    ]
    resources = ["*"]
  }

  # Not the audit trail: reading who did what is an administrator's.
  statement {
    sid       = "ReadLogs"
    actions   = ["logs:FilterLogEvents", "logs:GetLogEvents", "logs:StartQuery"]
    resources = [for group in ["app", "platform"] : "${module.observability.log_group_arns[group]}:*"]
  }
}

locals {
  on_call_count = length(var.access.on_call_principal_arns) > 0 ? 1 : 0
}

resource "aws_iam_role" "on_call" {
  count = local.on_call_count

  name                 = "${local.name}-on-call"
  description          = "Who is on call for ${local.name}: reads and rolls back"
  assume_role_policy   = data.aws_iam_policy_document.on_call_trust[0].json
  permissions_boundary = local.boundary_arn
}

resource "aws_iam_role_policy" "on_call" {
  count = local.on_call_count

  name   = "on-call"
  role   = aws_iam_role.on_call[0].id
  policy = data.aws_iam_policy_document.on_call.json
}
