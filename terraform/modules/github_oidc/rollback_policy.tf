# The rollback button, from the environment <env>-rollback: find the cluster, see whether the load balancer and the alarms
# agree. It changes nothing in AWS. In the cluster it is the Kubernetes group service-oncall (module cluster, platform/).
data "aws_iam_policy_document" "rollback" {
  #checkov:skip=CKV_AWS_356:Describe calls of load balancers and alarms know no resource
  source_policy_documents = [data.aws_iam_policy_document.fence.json]

  statement {
    sid       = "FindCluster"
    actions   = ["eks:DescribeCluster"]
    resources = ["arn:aws:eks:${var.region}:${var.account_id}:cluster/${local.name}"]
  }

  statement {
    sid = "SeeTrafficAndAlarms"
    actions = [
      "cloudwatch:DescribeAlarms",
      "elasticloadbalancing:DescribeListeners",
      "elasticloadbalancing:DescribeLoadBalancers",
      "elasticloadbalancing:DescribeRules",
      "elasticloadbalancing:DescribeTags",
      "elasticloadbalancing:DescribeTargetGroups",
      "elasticloadbalancing:DescribeTargetHealth",
    ]
    resources = ["*"]
  }
}
