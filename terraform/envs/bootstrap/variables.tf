variable "account_id" {
  description = "AWS account; Terraform refuses to run with credentials of another."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id must be the AWS account number of 12 digits: aws sts get-caller-identity --query Account"
  }
}

variable "region" {
  description = "AWS region of state, images and environments."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}-[a-z]+-[0-9]$", var.region))
    error_message = "region must be an AWS region such as \"us-east-1\"."
  }
}

variable "owner" {
  description = "Tag Owner: the team that answers for it."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9 ._:/+@-]{1,256}$", var.owner))
    error_message = "owner must be 1 to 256 letters, digits, spaces or . _ : / + @ -, as a tag."
  }
}

variable "cost_centre" {
  description = "Tag CostCentre: who pays."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9 ._:/+@-]{1,256}$", var.cost_centre))
    error_message = "cost_centre must be 1 to 256 letters, digits, spaces or . _ : / + @ -, as a tag."
  }
}

variable "email_addresses" {
  description = "Who is told about cost."
  type        = list(string)

  validation {
    condition     = length(var.email_addresses) > 0 && alltrue([for address in var.email_addresses : can(regex("^[^@ ]+@[^@ ]+$", address))])
    error_message = "email_addresses needs at least one mail address: an alarm that nobody gets is none."
  }
}

variable "repository" {
  description = "GitHub repository: owner and name, and their numbers (`gh api repos/OWNER/NAME --jq '.owner.id, .id'`)."
  type        = object({ owner = string, owner_id = string, name = string, id = string })
}

variable "environments" {
  description = "Environments of this account; each gets its roles and its parameters. null takes every folder of terraform/envs."
  type        = list(string)
  default     = null

  validation {
    condition     = var.environments == null ? true : length(var.environments) > 0
    error_message = "environments needs at least one name, such as [\"dev\"]; null takes every folder of terraform/envs."
  }

  validation {
    condition     = length(setsubtract(coalesce(var.environments, []), local.folders)) == 0
    error_message = "environments must name folders of terraform/envs: ${join(", ", local.folders)}."
  }
}

variable "zones" {
  description = "Hosted zone and domain of each environment that has one; CI changes no other zone, and in it no other name."
  type        = map(object({ id = string, domain = string }))
  default     = {}

  validation {
    condition     = length(setsubtract(keys(var.zones), local.folders)) == 0
    error_message = "zones must be keyed by folders of terraform/envs: ${join(", ", local.folders)}."
  }
}

variable "pull_account_ids" {
  description = "Other AWS accounts whose clusters pull images from here."
  type        = list(string)
  default     = []
}

variable "create_github_oidc_provider" {
  description = "Whether to make the account's GitHub OIDC provider; false where it exists."
  type        = bool
  default     = true
}

variable "create_anomaly_monitor" {
  description = "Whether to make a cost anomaly monitor. An account may have one for services, and AWS makes it itself in most: true where make preflight finds none."
  type        = bool
  default     = false
}

variable "create_cost_allocation_tags" {
  description = "Whether to switch the cost-allocation tags on. AWS knows a tag a day after its first use: true from the second day on; only in the account that pays."
  type        = bool
  default     = false
}

variable "create_billing_alarm" {
  description = "Whether to make the alarm on the account's charges; needs billing alerts switched on in the payer's preferences."
  type        = bool
  default     = true
}

variable "billing_alarm_limit" {
  description = "US dollars a month of the whole account at which the alarm goes."
  type        = number
  default     = 600

  validation {
    condition     = var.billing_alarm_limit > 0
    error_message = "billing_alarm_limit must be above 0 US dollars."
  }
}

variable "force_destroy" {
  description = "Whether destroy may delete all state versions and all images."
  type        = bool
  default     = false
}
