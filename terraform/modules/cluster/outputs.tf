output "name" {
  description = "Name of the cluster."
  value       = aws_eks_cluster.this.name
}

output "security_group_id" {
  description = "Security group that EKS gives to control plane and nodes."
  value       = local.cluster_security_group_id
}

output "workload_role_arns" {
  description = "Workload to the ARN of its role."
  value       = { for workload, role in aws_iam_role.workload : workload => role.arn }
}
