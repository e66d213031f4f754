variable "project" {
  description = "Short name of the service; starts every name."
  type        = string
}

variable "environment" {
  description = "Environment that the roles are for; jobs run in the GitHub environments NAME, NAME-infra and NAME-rollback."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,9}$", var.environment)) && var.environment != "ci"
    error_message = "environment must be 2 to 10 lower-case letters or digits, such as \"dev\", and not \"ci\", which names these roles."
  }
}

variable "account_id" {
  description = "AWS account of the environment."
  type        = string
}

variable "region" {
  description = "AWS region of the environment."
  type        = string
}

variable "repository" {
  description = "GitHub repository: owner and name, and their numbers (`gh api repos/OWNER/NAME --jq '.owner.id, .id'`)."
  type        = object({ owner = string, owner_id = string, name = string, id = string })

  validation {
    condition     = can(regex("^[A-Za-z0-9-]+$", var.repository.owner)) && can(regex("^[A-Za-z0-9._-]+$", var.repository.name))
    error_message = "repository.owner and repository.name must be GitHub names without slash, colon or wildcard: they become part of the trust."
  }

  validation {
    condition     = can(regex("^[1-9][0-9]*$", var.repository.owner_id)) && can(regex("^[1-9][0-9]*$", var.repository.id))
    error_message = "repository.owner_id and repository.id must be GitHub's numbers: gh api repos/OWNER/NAME --jq '.owner.id, .id'"
  }
}

variable "provider_arn" {
  description = "ARN of the account's GitHub OIDC provider."
  type        = string
}

variable "state_bucket_arn" {
  description = "ARN of the state bucket."
  type        = string
}

variable "lock_table_arn" {
  description = "ARN of the lock table."
  type        = string
}

variable "repository_arn" {
  description = "ARN of the image repository."
  type        = string
}

variable "zone" {
  description = "Hosted zone of the environment's domain: its ID and the domain, whose names alone CI may change; null without a domain."
  type        = object({ id = string, domain = string })
  default     = null

  validation {
    condition     = var.zone == null || can(regex("^Z[A-Z0-9]+$", var.zone.id)) && can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", var.zone.domain))
    error_message = "zone needs the hosted zone's id (Z…: aws route53 list-hosted-zones-by-name) and a full host name in lower case as domain."
  }
}
