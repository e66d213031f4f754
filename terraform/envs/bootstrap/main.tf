# Once an account, by an administrator: where state lies, where images lie, whom GitHub's jobs become, and what an
# account has once (account.tf). CI never runs this root: it could otherwise widen its own rights.

provider "aws" {
  region              = var.region
  allowed_account_ids = [var.account_id]

  default_tags {
    tags = local.tags
  }
}

# Billing metrics exist in us-east-1 alone.
provider "aws" {
  alias               = "us_east_1"
  region              = "us-east-1"
  allowed_account_ids = [var.account_id]

  default_tags {
    tags = local.tags
  }
}

locals {
  project = jsondecode(file("${path.module}/../../../project.json")).name

  # The folders beside this one that are environments. Their names alone: what is in them is theirs.
  folders      = [for file in fileset("${path.module}/..", "*/settings.auto.tfvars") : dirname(file)]
  environments = coalesce(var.environments, local.folders)

  tags = {
    Project     = local.project
    Environment = "shared"
    Owner       = var.owner
    CostCentre  = var.cost_centre
    ManagedBy   = "terraform"
  }
}

module "state" {
  source = "../../modules/state"

  project       = local.project
  force_destroy = var.force_destroy
}

module "registry" {
  source = "../../modules/registry"

  name             = local.project
  pull_account_ids = var.pull_account_ids
  force_delete     = var.force_destroy
}

module "github_oidc" {
  source   = "../../modules/github_oidc"
  for_each = toset(local.environments)

  project          = local.project
  environment      = each.key
  account_id       = var.account_id
  region           = var.region
  repository       = var.repository
  provider_arn     = local.github_provider_arn
  state_bucket_arn = module.state.bucket_arn
  lock_table_arn   = module.state.lock_table_arn
  repository_arn   = module.registry.repository_arn
  zone             = lookup(var.zones, each.key, null)
}

# Whether an environment is awake, and what it runs: facts about the account, which no apply may put back.
resource "aws_ssm_parameter" "wanted_state" {
  #checkov:skip=CKV2_AWS_34:One word, not a secret
  #checkov:skip=CKV_AWS_337:One word, not a secret
  for_each = toset(local.environments)

  name        = "/${local.project}/${each.key}/wanted-state"
  description = "awake or asleep; read by every apply, written by terraform/bin/sleep and wake"
  type        = "String"
  value       = "awake"

  lifecycle {
    ignore_changes = [value]
  }
}

resource "aws_ssm_parameter" "release_digest" {
  #checkov:skip=CKV2_AWS_34:An image digest, not a secret
  #checkov:skip=CKV_AWS_337:An image digest, not a secret
  for_each = toset(local.environments)

  name        = "/${local.project}/${each.key}/release-digest"
  description = "Digest of the image to release after waking; written by terraform/bin/sleep"
  type        = "String"
  value       = "none"

  lifecycle {
    ignore_changes = [value]
  }
}
