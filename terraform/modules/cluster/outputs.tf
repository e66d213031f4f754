output "security_group_id" {
  description = "Security group that EKS gives to control plane and nodes."
  value       = local.cluster_security_group_id
}
