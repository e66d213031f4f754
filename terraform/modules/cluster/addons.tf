# Order matters: an add-on of DaemonSets is ACTIVE without nodes, one of Deployments waits for a node to run on, and a
# node waits for vpc-cni. Hence: cluster, vpc-cni and kube-proxy, nodes, the rest.
# https://docs.aws.amazon.com/eks/latest/userguide/workloads-add-ons-available-eks.html
locals {
  addons_before_nodes = {
    vpc-cni = {
      role = aws_iam_role.workload["vpc-cni"].arn
      configuration = {
        env = {
          ENABLE_PREFIX_DELEGATION = "true"
          WARM_PREFIX_TARGET       = "1"
          # Interfaces that it makes belong to the environment, and no other one's role may touch them (module github_oidc).
          ADDITIONAL_ENI_TAGS = jsonencode(data.aws_default_tags.this.tags)
        }
        # Without it a NetworkPolicy on the nodes is a wish. A text, not a truth value:
        # https://docs.aws.amazon.com/eks/latest/userguide/cni-network-policy-configure.html
        enableNetworkPolicy = "true"
      }
    }
    kube-proxy = { role = null, configuration = {} }
  }

  addons_after_nodes = merge(
    {
      coredns        = { role = null, configuration = { replicaCount = var.coredns_replicas } }
      metrics-server = { role = null, configuration = { replicas = 1 } }

      # Secrets Manager to files, mirrored into a Kubernetes Secret and kept up to date. The poll is what a rotation
      # waits for; each poll is one call a secret: $0.05 for 10,000.
      aws-secrets-store-csi-driver-provider = {
        role = null
        configuration = {
          secrets-store-csi-driver = {
            syncSecret           = { enabled = true }
            enableSecretRotation = true
            rotationPollInterval = "2m"
          }
        }
      }
    },
    var.ebs_csi ? {
      aws-ebs-csi-driver = {
        role = aws_iam_role.workload["ebs-csi"].arn
        configuration = {
          controller = { replicaCount = 1, extraVolumeTags = data.aws_default_tags.this.tags }
        }
      }
    } : {},
  )
}

resource "aws_eks_addon" "before_nodes" {
  for_each = local.addons_before_nodes

  cluster_name                = aws_eks_cluster.this.name
  addon_name                  = each.key
  addon_version               = var.versions.addons[each.key]
  service_account_role_arn    = each.value.role
  configuration_values        = length(each.value.configuration) == 0 ? null : jsonencode(each.value.configuration)
  resolve_conflicts_on_create = "OVERWRITE"
  resolve_conflicts_on_update = "OVERWRITE"

  # Asleep, it goes before its role's policy: while nodes drain, vpc-cni still gives addresses back.
  depends_on = [aws_iam_role_policy_attachment.workload]
}

resource "aws_eks_addon" "after_nodes" {
  for_each = local.addons_after_nodes

  cluster_name                = aws_eks_cluster.this.name
  addon_name                  = each.key
  addon_version               = var.versions.addons[each.key]
  service_account_role_arn    = each.value.role
  configuration_values        = jsonencode(each.value.configuration)
  resolve_conflicts_on_create = "OVERWRITE"
  resolve_conflicts_on_update = "OVERWRITE"

  depends_on = [aws_eks_node_group.this]
}
