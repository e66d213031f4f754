# The group of the application's pods on Fargate: the only one at their network interface, where pod and kubelet are one
# machine. It is here and not with the cluster because its ID stands in a committed file: a night must not change it
# (docs/adr/0025). What passes between it and the cluster's own group comes and goes with the cluster: module cluster,
# app_traffic.tf. The load balancer's controller adds its own rules.
resource "aws_security_group" "app" {
  #checkov:skip=CKV2_AWS_5:Kubernetes attaches it, by the SecurityGroupPolicy of platform/cluster
  name        = "${local.name}-app"
  description = "Application pods on Fargate"
  vpc_id      = module.network.vpc_id

  tags = { Name = "${local.name}-app" }
}

resource "aws_vpc_security_group_egress_rule" "app_to_aws" {
  security_group_id = aws_security_group.app.id
  description       = "Image layers, CloudWatch and STS, through the NAT"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_vpc_security_group_egress_rule" "app_to_database" {
  security_group_id            = aws_security_group.app.id
  description                  = "PostgreSQL"
  referenced_security_group_id = module.database.security_group_id
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
}

# The smoke test of the idle colour is a pod of the same group.
resource "aws_vpc_security_group_egress_rule" "app_to_app" {
  security_group_id            = aws_security_group.app.id
  description                  = "Smoke test of the idle colour"
  referenced_security_group_id = aws_security_group.app.id
  ip_protocol                  = "tcp"
  from_port                    = 8000
  to_port                      = 8000
}

resource "aws_vpc_security_group_ingress_rule" "app_from_app" {
  security_group_id            = aws_security_group.app.id
  description                  = "Smoke test of the idle colour"
  referenced_security_group_id = aws_security_group.app.id
  ip_protocol                  = "tcp"
  from_port                    = 8000
  to_port                      = 8000
}
