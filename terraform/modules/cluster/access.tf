# Who may use the Kubernetes API. There is no implicit creator admin: an administrator is one who is written here.
resource "aws_eks_access_entry" "admin" {
  for_each = toset(var.admin_role_arns)

  cluster_name  = aws_eks_cluster.this.name
  principal_arn = each.value
}

resource "aws_eks_access_policy_association" "admin" {
  for_each = aws_eks_access_entry.admin

  cluster_name  = aws_eks_cluster.this.name
  principal_arn = each.value.principal_arn
  policy_arn    = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"

  access_scope {
    type = "cluster"
  }
}

# Who is on call, and the rollback button: a group that may read and roll back (platform/cluster). The roles outlive a
# night, their entries do not.
resource "aws_eks_access_entry" "on_call" {
  for_each = var.on_call_role_arns

  cluster_name      = aws_eks_cluster.this.name
  principal_arn     = each.value
  kubernetes_groups = ["service-oncall"]
}

# Releases: a group and nothing else. Its rights are a Role in platform/, which lists the kinds the overlays render.
resource "aws_eks_access_entry" "deployer" {
  cluster_name      = aws_eks_cluster.this.name
  principal_arn     = var.deployer_role_arn
  kubernetes_groups = ["service:deployers"]
}
