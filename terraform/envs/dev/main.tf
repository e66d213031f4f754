# The same file in every environment; what differs is in settings.tf and in the variables.

provider "aws" {
  region              = var.region
  allowed_account_ids = [var.account_id]

  default_tags {
    tags = local.tags
  }
}

locals {
  # Starts every name in AWS; what is called todo in Kubernetes and in the database is not the account's business.
  project = trimspace(file("${path.module}/../../project"))
  name    = "${local.project}-${local.environment}"
  ci      = "${local.project}-ci-${local.environment}"
  roles   = "arn:aws:iam::${var.account_id}:role"

  tags = {
    Project     = local.project
    Environment = local.environment
    Owner       = var.owner
    CostCentre  = var.cost_centre
    ManagedBy   = "terraform"
  }

  boundary_arn = "arn:aws:iam::${var.account_id}:policy/${local.ci}-boundary"
  kms_key_arn  = one(aws_kms_key.data[*].arn)

  # By name: the secrets know their readers also while the cluster, and the roles with it, sleeps.
  reader_roles = concat(
    ["${local.roles}/${local.name}-secrets-mirror"],
    var.web_on_nodes ? ["${local.roles}/${local.name}-web"] : [],
  )
}

module "network" {
  source = "../../modules/network"

  name                     = local.name
  region                   = var.region
  cidr                     = var.vpc_cidr
  zone_count               = local.settings.zone_count
  nat                      = local.awake ? local.settings.nat : "none"
  flow_log_retention_days  = local.settings.flow_log_retention_days
  kms_key_arn              = local.kms_key_arn
  permissions_boundary_arn = local.boundary_arn
}

module "observability" {
  source = "../../modules/observability"

  name                     = local.name
  region                   = var.region
  account_id               = var.account_id
  email_addresses          = var.email_addresses
  log_retention_days       = local.settings.log_retention_days
  dashboard                = local.settings.dashboard
  load_balancer_arn_suffix = local.load_balancer_arn_suffix
  kms_key_arn              = local.kms_key_arn
}

module "database" {
  source = "../../modules/database"

  name                  = local.name
  vpc_id                = module.network.vpc_id
  subnet_ids            = values(module.network.database_subnet_ids)
  instance_class        = local.settings.database_class
  multi_az              = local.settings.multi_az
  backup_retention_days = local.settings.backup_retention_days
  log_retention_days    = local.settings.log_retention_days
  deletion_protection   = var.deletion_protection
  final_snapshot        = var.deletion_protection
  alarm_topic_arn       = module.observability.alarm_topic_arn
  kms_key_arn           = local.kms_key_arn

  # A pod on a node has the node's group, the cluster's: t3a takes no group of a pod's own.
  client_security_group_ids = merge(
    { functions = module.secrets.security_group_id, app = aws_security_group.app.id },
    { for cluster in module.cluster : "cluster" => cluster.security_group_id if var.web_on_nodes },
  )
}

module "secrets" {
  source = "../../modules/secrets"

  name                     = local.name
  region                   = var.region
  vpc_id                   = module.network.vpc_id
  vpc_cidr                 = var.vpc_cidr
  subnet_ids               = values(module.network.private_subnet_ids)
  master_secret_arn        = module.database.master_secret_arn
  reader_role_arns         = local.reader_roles
  writer_role_arns         = var.admin_role_arns
  package                  = var.lambda_package
  rotation_days            = local.settings.rotation_days
  recovery_days            = local.settings.recovery_days
  kms_key_arn              = local.kms_key_arn
  permissions_boundary_arn = local.boundary_arn

  database = {
    host = module.database.host
    port = module.database.port
    name = module.database.database_name
  }
}

module "dns" {
  source = "../../modules/dns"
  count  = var.domain == null ? 0 : 1

  domain      = var.domain
  zone_name   = coalesce(var.zone_name, var.domain)
  create_zone = var.create_zone
}

module "cluster" {
  source = "../../modules/cluster"
  count  = local.awake ? 1 : 0

  name                  = local.name
  vpc_id                = module.network.vpc_id
  private_subnet_ids    = module.network.private_subnet_ids
  app_security_group_id = aws_security_group.app.id
  api_public_cidrs      = var.api_public_cidrs
  api_open_to_internet  = var.api_open_to_internet
  api_private_only      = var.api_private_only
  admin_role_arns       = concat(var.admin_role_arns, ["${local.roles}/${local.ci}-apply"])
  deployer_role_arn     = "${local.roles}/${local.ci}-deploy"
  coredns_replicas      = local.settings.coredns_replicas
  ebs_csi               = local.settings.ebs_csi
  control_plane_logs    = local.settings.control_plane_logs
  log_group_arns        = module.observability.log_group_arns
  secret_arns           = values(module.secrets.secret_arns)
  web_reads_secrets     = var.web_on_nodes
  zone_arn              = one(module.dns[*].zone_arn)
  kms_key_arn           = local.kms_key_arn

  # One group a zone where volumes are used: a volume cannot follow a node into another zone.
  node_groups = local.settings.node_group_per_zone ? (
    { for zone, subnet in module.network.private_subnet_ids : "platform-${zone}" => [subnet] }
  ) : { platform = values(module.network.private_subnet_ids) }

  permissions_boundary_arn = local.boundary_arn
}

module "budget" {
  source = "../../modules/budget"

  name            = local.name
  environment     = local.environment
  limit           = var.monthly_limit
  email_addresses = var.email_addresses
}
