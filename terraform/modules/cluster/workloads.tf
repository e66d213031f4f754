# One role a workload (IRSA: Pod Identity does not exist on Fargate). The trust names one service account of one
# namespace; the policies are in workload_policies.tf and load_balancer_controller.tf.
# https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html

resource "aws_iam_openid_connect_provider" "cluster" {
  url            = aws_eks_cluster.this.identity[0].oidc[0].issuer
  client_id_list = ["sts.amazonaws.com"]
}

locals {
  namespace = "service" # of the application, as in deploy/names.py

  issuer = trimprefix(aws_eks_cluster.this.identity[0].oidc[0].issuer, "https://")

  workloads = merge(
    {
      web                      = { namespace = local.namespace, service_account = "web" }
      secrets-mirror           = { namespace = local.namespace, service_account = "secrets-mirror" }
      load-balancer-controller = { namespace = "kube-system", service_account = "aws-load-balancer-controller" }
      cluster-autoscaler       = { namespace = "kube-system", service_account = "cluster-autoscaler" }
      fluent-bit               = { namespace = "logging", service_account = "fluent-bit" }
      vpc-cni                  = { namespace = "kube-system", service_account = "aws-node" }
    },
    var.zone == null ? {} : {
      external-dns = { namespace = "external-dns", service_account = "external-dns" }
    },
    var.ebs_csi ? {
      ebs-csi = { namespace = "kube-system", service_account = "ebs-csi-controller-sa" }
    } : {},
  )

  # AWS maintains these two; the add-ons ask for them by name.
  managed_policies = merge(
    { vpc-cni = "arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy" },
    var.ebs_csi ? { ebs-csi = "arn:aws:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy" } : {},
  )
}

data "aws_iam_policy_document" "workload_trust" {
  for_each = local.workloads

  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]

    principals {
      type        = "Federated"
      identifiers = [aws_iam_openid_connect_provider.cluster.arn]
    }

    condition {
      test     = "StringEquals"
      variable = "${local.issuer}:aud"
      values   = ["sts.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "${local.issuer}:sub"
      values   = ["system:serviceaccount:${each.value.namespace}:${each.value.service_account}"]
    }
  }
}

resource "aws_iam_role" "workload" {
  for_each = local.workloads

  name                 = "${var.name}-${each.key}"
  assume_role_policy   = data.aws_iam_policy_document.workload_trust[each.key].json
  permissions_boundary = var.permissions_boundary_arn
}

resource "aws_iam_role_policy" "workload" {
  for_each = local.workload_policies

  name   = each.key
  role   = aws_iam_role.workload[each.key].id
  policy = each.value
}

resource "aws_iam_role_policy_attachment" "workload" {
  for_each = local.managed_policies

  role       = aws_iam_role.workload[each.key].name
  policy_arn = each.value
}
