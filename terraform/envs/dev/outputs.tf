# The same file in every environment. Exactly the keys of kustomize/overlays/<env>/values.env (terraform/values.keys):
# every one is known awake and asleep, so that a night does not change a committed file.

output "alarm_prefix" {
  description = "What every CloudWatch alarm of the environment starts with."
  value       = "${local.name}-"
}

output "alarm_topic_arn" {
  description = "SNS topic that alarms go to."
  value       = module.observability.alarm_topic_arn
}

output "app_database_secret_arn" {
  description = "Secret with the web pods' database login."
  value       = module.secrets.secret_arns["app_database"]
}

output "app_log_group" {
  description = "Log group of the application's standard output."
  value       = module.observability.log_group_names["app"]
}

output "app_security_group_id" {
  description = "The only security group of the application's pods on Fargate."
  value       = aws_security_group.app.id
}

output "audit_log_group" {
  description = "Log group of the audit trail."
  value       = module.observability.log_group_names["audit"]
}

output "aws_account_id" {
  description = "AWS account."
  value       = var.account_id
}

output "aws_region" {
  description = "AWS region."
  value       = var.region
}

output "bootstrap_function" {
  description = "Lambda function that makes database roles and first secret values."
  value       = module.secrets.function_names["bootstrap"]
}

output "certificate_arn" {
  description = "Certificate of the load balancer; empty without a domain."
  value       = join("", module.dns[*].certificate_arn)
}

output "cluster_autoscaler_role_arn" {
  description = "Role of the cluster autoscaler."
  value       = "${local.roles}/${local.name}-cluster-autoscaler"
}

output "cluster_name" {
  description = "Name of the EKS cluster."
  value       = local.name
}

output "database_identifier" {
  description = "RDS identifier, which sleep and wake stop and start."
  value       = module.database.identifier
}

output "db_host" {
  description = "Host name of the database."
  value       = module.database.host
}

output "db_name" {
  description = "Name of the database."
  value       = module.database.database_name
}

output "db_port" {
  description = "Port of the database."
  value       = module.database.port
}

output "django_secret_key_secret_arn" {
  description = "Secret with Django's key."
  value       = module.secrets.secret_arns["django_secret_key"]
}

output "domain" {
  description = "Host name of the service; empty when the load balancer's own name serves http."
  value       = var.domain == null ? "" : var.domain
}

output "environment" {
  description = "Name of the environment."
  value       = local.environment
}

output "external_dns_role_arn" {
  description = "Role of external-dns; empty without a domain."
  value       = var.domain == null ? "" : "${local.roles}/${local.name}-external-dns"
}

output "fluent_bit_role_arn" {
  description = "Role of Fluent Bit on the nodes."
  value       = "${local.roles}/${local.name}-fluent-bit"
}

output "image_repository" {
  description = "What an image reference starts with."
  value       = "${coalesce(var.registry_account_id, var.account_id)}.dkr.ecr.${var.region}.amazonaws.com/${local.project}"
}

output "inbound_cidrs" {
  description = "Address ranges that reach the load balancer, joined by commas."
  value       = join(",", var.inbound_cidrs)
}

output "jwt_signing_keys_secret_arn" {
  description = "Secret with the ring of token keys."
  value       = module.secrets.secret_arns["jwt_signing_keys"]
}

output "load_balancer_controller_role_arn" {
  description = "Role of the AWS Load Balancer Controller."
  value       = "${local.roles}/${local.name}-load-balancer-controller"
}

output "migrate_database_secret_arn" {
  description = "Secret with the migrate Job's database login."
  value       = module.secrets.secret_arns["migrate_database"]
}

output "platform_log_group" {
  description = "Log group of what runs on the nodes."
  value       = module.observability.log_group_names["platform"]
}

output "resource_tags" {
  description = "Tags for what controllers make in AWS (load balancer, volumes), as key=value joined by commas."
  value       = join(",", [for key, value in local.tags : "${key}=${value}"])
}

output "secrets_mirror_role_arn" {
  description = "Role of the secrets mirror."
  value       = "${local.roles}/${local.name}-secrets-mirror"
}

output "vpc_cidr" {
  description = "Address range of the VPC, from which the load balancer speaks to the pods."
  value       = var.vpc_cidr
}

output "vpc_id" {
  description = "VPC, which the load balancer controller cannot look up where it runs."
  value       = module.network.vpc_id
}

output "web_role_arn" {
  description = "Role of the web pods."
  value       = "${local.roles}/${local.name}-web"
}
