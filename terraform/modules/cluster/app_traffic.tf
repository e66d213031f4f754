# Traffic between the application's pods on Fargate and all that has the cluster's own group: control plane, nodes,
# CoreDNS. The pods have one group of their own (docs/adr/0025), and on Fargate the kubelet is at the pod's interface.
# https://docs.aws.amazon.com/eks/latest/userguide/sec-group-reqs.html (Restricting cluster traffic)
# https://docs.aws.amazon.com/eks/latest/userguide/sg-pods-example-deployment.html (rules that a pod's group needs)
locals {
  cluster_security_group_id = aws_eks_cluster.this.vpc_config[0].cluster_security_group_id

  app_to_cluster = {
    api     = { protocol = "tcp", port = 443, description = "Kubernetes API" }
    dns-tcp = { protocol = "tcp", port = 53, description = "CoreDNS" }
    dns-udp = { protocol = "udp", port = 53, description = "CoreDNS" }
  }

  cluster_to_app = {
    http     = { port = 8000, description = "Probes and smoke tests" }
    metrics  = { port = 9000, description = "Prometheus" }
    exporter = { port = 9187, description = "Prometheus, of the database" }
    kubelet  = { port = 10250, description = "Kubelet: logs, port-forward, metrics-server" }
  }
}

resource "aws_vpc_security_group_egress_rule" "app_to_cluster" {
  for_each = local.app_to_cluster

  security_group_id            = var.app_security_group_id
  description                  = each.value.description
  referenced_security_group_id = local.cluster_security_group_id
  ip_protocol                  = each.value.protocol
  from_port                    = each.value.port
  to_port                      = each.value.port
}

# The other way the cluster's group needs no rule: EKS lets it out to everywhere.
resource "aws_vpc_security_group_ingress_rule" "cluster_from_app" {
  for_each = local.app_to_cluster

  security_group_id            = local.cluster_security_group_id
  description                  = "${each.value.description}, from application pods"
  referenced_security_group_id = var.app_security_group_id
  ip_protocol                  = each.value.protocol
  from_port                    = each.value.port
  to_port                      = each.value.port
}

resource "aws_vpc_security_group_ingress_rule" "app_from_cluster" {
  for_each = local.cluster_to_app

  security_group_id            = var.app_security_group_id
  description                  = each.value.description
  referenced_security_group_id = local.cluster_security_group_id
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
}
