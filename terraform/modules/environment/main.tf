# One environment: its modules and the order in which they need each other. Differences between environments are in
# their folders (envs/<env>/*.tfvars): a choice is a value there, never a comparison of names here.

locals {
  # Starts every name in AWS; role names in Kubernetes and in the database is not the account's business.
  project = jsondecode(file("${path.module}/../../../project.json")).name
  # From the guard (guard.tf), not from the variable: whatever carries the name waits for the guard's yes.
  environment = terraform_data.environment.input
  name        = "${local.project}-${local.environment}"
  ci          = "${local.project}-ci-${local.environment}"
  account_id  = var.account.account_id
  region      = var.account.region
  roles       = "arn:aws:iam::${local.account_id}:role"

  # For the provider, which must be known before anything: hence from the variable.
  tags = {
    Project     = local.project
    Environment = var.environment
    Owner       = var.account.owner
    CostCentre  = var.account.cost_centre
    ManagedBy   = "terraform"
  }

  boundary_arn = "arn:aws:iam::${local.account_id}:policy/${local.ci}-boundary"
  kms_key_arn  = one(aws_kms_key.data[*].arn)

  # By name: the secrets know their readers also while the cluster, and the roles with it, sleeps.
  reader_roles = concat(
    ["${local.roles}/${local.name}-secrets-mirror"],
    var.settings.web_on_nodes ? ["${local.roles}/${local.name}-web"] : [],
  )
}

module "network" {
  source = "../network"

  name                     = local.name
  region                   = local.region
  cidr                     = var.settings.vpc_cidr
  zone_count               = var.settings.zone_count
  nat                      = local.awake ? var.settings.nat : "none"
  flow_log_retention_days  = var.settings.flow_log_retention_days
  kms_key_arn              = local.kms_key_arn
  alarm_topic_arn          = module.observability.alarm_topic_arn
  permissions_boundary_arn = local.boundary_arn
}

module "observability" {
  source = "../observability"

  name                     = local.name
  region                   = local.region
  account_id               = local.account_id
  email_addresses          = var.account.email_addresses
  log_retention_days       = var.settings.log_retention_days
  dashboard                = var.settings.dashboard
  load_balancer_arn_suffix = local.load_balancer_arn_suffix
  kms_key_arn              = local.kms_key_arn
}

module "database" {
  source = "../database"

  name                  = local.name
  vpc_id                = module.network.vpc_id
  subnet_ids            = values(module.network.database_subnet_ids)
  engine_version        = var.versions.postgresql
  allow_major_upgrade   = var.versions.allow_major_postgresql_upgrade
  instance_class        = var.settings.database_class
  multi_az              = var.settings.multi_az
  backup_retention_days = var.settings.backup_retention_days
  log_retention_days    = var.settings.log_retention_days
  deletion_protection   = var.settings.deletion_protection
  alarm_topic_arn       = module.observability.alarm_topic_arn
  kms_key_arn           = local.kms_key_arn

  # A pod on a node has the node's group, the cluster's: t3a takes no group of a pod's own.
  client_security_group_ids = merge(
    { functions = module.secrets.security_group_id, app = aws_security_group.app.id },
    { for cluster in module.cluster : "cluster" => cluster.security_group_id if var.settings.web_on_nodes },
  )
}

module "secrets" {
  source = "../secrets"

  name                     = local.name
  region                   = local.region
  vpc_id                   = module.network.vpc_id
  vpc_cidr                 = var.settings.vpc_cidr
  subnet_ids               = values(module.network.private_subnet_ids)
  master_secret_arn        = module.database.master_secret_arn
  reader_role_arns         = local.reader_roles
  writer_role_arns         = var.access.admin_role_arns
  package                  = "${path.module}/../../.build/database_access.zip"
  runtime                  = var.versions.lambda_runtime
  rotation_days            = var.settings.rotation_days
  recovery_days            = var.settings.recovery_days
  kms_key_arn              = local.kms_key_arn
  permissions_boundary_arn = local.boundary_arn

  database = {
    host = module.database.host
    port = module.database.port
    name = module.database.database_name
  }
}

module "dns" {
  source = "../dns"
  count  = var.dns == null ? 0 : 1

  domain      = var.dns.domain
  zone_name   = coalesce(var.dns.zone_name, var.dns.domain)
  create_zone = var.dns.create_zone
}

module "cluster" {
  source = "../cluster"
  count  = local.awake ? 1 : 0

  name                  = local.name
  vpc_id                = module.network.vpc_id
  private_subnet_ids    = module.network.private_subnet_ids
  app_security_group_id = aws_security_group.app.id
  api_public_cidrs      = var.access.api_public_cidrs
  api_open_to_internet  = var.access.api_open_to_internet
  api_private_only      = var.access.api_private_only
  admin_role_arns       = concat(var.access.admin_role_arns, ["${local.roles}/${local.ci}-apply"])
  deployer_role_arn     = "${local.roles}/${local.ci}-deploy"
  coredns_replicas      = var.settings.coredns_replicas
  ebs_csi               = var.settings.ebs_csi
  control_plane_logs    = var.settings.control_plane_logs
  log_group_arns        = module.observability.log_group_arns
  secret_arns           = values(module.secrets.secret_arns)
  web_reads_secrets     = var.settings.web_on_nodes
  zone                  = one([for zone in module.dns[*].zone_arn : { arn = zone, domain = var.dns.domain }])
  versions              = var.versions
  zonal_shift           = var.settings.zonal_shift
  kms_key_arn           = local.kms_key_arn

  on_call_role_arns = merge(
    { rollback = "${local.roles}/${local.ci}-rollback" },
    { for role in aws_iam_role.on_call : "on-call" => role.arn },
  )

  # One group a zone where volumes are used: a volume cannot follow a node into another zone.
  node_groups = var.settings.node_group_per_zone ? (
    { for zone, subnet in module.network.private_subnet_ids : "platform-${zone}" => [subnet] }
  ) : { platform = values(module.network.private_subnet_ids) }

  permissions_boundary_arn = local.boundary_arn
}

module "waf" {
  source = "../waf"
  count  = var.settings.waf ? 1 : 0

  name              = local.name
  load_balancer_arn = local.load_balancer_arn
}

module "budget" {
  source = "../budget"

  name            = local.name
  environment     = local.environment
  limit           = var.settings.monthly_limit
  email_addresses = var.account.email_addresses
}
