# The same file in every environment: the folder's name is the environment's, and what differs are the values beside it.
# `make environment` copies such a folder; nothing here is edited.
terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7"
    }
  }

  # No key, bucket or table: terraform/bin passes <folder>.tfstate and the account's backend.hcl at every init, so that
  # a copied folder asks for a state of its own. Both locks, on purpose: docs/adr/0020.
  backend "s3" {
    encrypt      = true
    use_lockfile = true
  }
}

variable "account" {
  description = "Whose account it is, terraform.tfvars; modules/environment types, describes and checks all five."
  type        = any
}

variable "access" {
  description = "Who reaches what, terraform.tfvars."
  type        = any
}

variable "dns" {
  description = "Domain and zone, terraform.tfvars; null serves http under the load balancer's own name."
  type        = any
  default     = null
}

variable "settings" {
  description = "Sizes and switches, settings.auto.tfvars."
  type        = any
}

variable "versions" {
  description = "What runs, versions.auto.tfvars; moves from environment to environment by pull request."
  type        = any
}

provider "aws" {
  region              = var.account.region
  allowed_account_ids = [var.account.account_id]

  default_tags {
    tags = module.environment.tags
  }
}

module "environment" {
  source = "../../modules/environment"

  environment = basename(abspath(path.root))
  account     = var.account
  access      = var.access
  dns         = var.dns
  settings    = var.settings
  versions    = var.versions
}

output "values" {
  description = "What kustomize/overlays/<env>/values.env holds; terraform/write_values.py writes it."
  value       = module.environment.values
}
