# The controller in the cluster makes the load balancer after Terraform; it is found by the controller's tags, and its
# alarms come with the apply after the first release.
# https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/#resource-tags
data "aws_lbs" "ingress" {
  tags = {
    "elbv2.k8s.aws/cluster" = local.name
    "ingress.k8s.aws/stack" = "service/web"
  }
}

locals {
  # arn:aws:elasticloadbalancing:REGION:ACCOUNT:loadbalancer/app/NAME/ID; metrics know what follows "loadbalancer/".
  load_balancer_arn        = one(data.aws_lbs.ingress.arns)
  load_balancer_arn_suffix = local.load_balancer_arn == null ? null : split("loadbalancer/", local.load_balancer_arn)[1]
}

check "https" {
  assert {
    condition     = var.dns != null
    error_message = "dns is null: the service speaks http, passwords and tokens travel in clear, and only inbound_cidrs stands before it."
  }
}
