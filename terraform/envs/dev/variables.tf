variable "account_id" {
  description = "AWS account; Terraform refuses to run with credentials of another."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id must be the AWS account number of 12 digits: aws sts get-caller-identity --query Account"
  }
}

variable "region" {
  description = "AWS region; the image repository is in the same one."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}-[a-z]+-[0-9]$", var.region))
    error_message = "region must be an AWS region such as \"us-east-1\"."
  }
}

variable "registry_account_id" {
  description = "AWS account of the image repository; null when it is this one."
  type        = string
  default     = null
}

variable "owner" {
  description = "Tag Owner: the team that answers for the environment."
  type        = string
}

variable "cost_centre" {
  description = "Tag CostCentre: who pays."
  type        = string
}

variable "email_addresses" {
  description = "Who is told about alarms and the budget."
  type        = list(string)
}

variable "monthly_limit" {
  description = "US dollars a month at which the budget alerts; python -m cost shows what to expect."
  type        = number
  default     = 50
}

variable "vpc_cidr" {
  description = "Address range of the VPC, a /16 that no network to be peered uses."
  type        = string
  default     = "10.10.0.0/16"
}

variable "admin_role_arns" {
  description = "IAM roles that administer the cluster and may write secret values by hand."
  type        = list(string)
}

variable "api_public_cidrs" {
  description = "Address ranges that reach the Kubernetes API."
  type        = list(string)
}

variable "api_open_to_internet" {
  description = "Whether 0.0.0.0/0 is allowed in api_public_cidrs, for runners that GitHub hosts."
  type        = bool
  default     = false
}

variable "api_private_only" {
  description = "Whether the Kubernetes API has no public endpoint; needs a runner inside the VPC (docs/adr/0023)."
  type        = bool
  default     = false
}

variable "domain" {
  description = "Host name of the service; null serves http under the load balancer's own name, to inbound_cidrs alone."
  type        = string
  default     = null
}

variable "zone_name" {
  description = "Hosted zone of the domain; null takes the domain itself."
  type        = string
  default     = null
}

variable "create_zone" {
  description = "Whether to make the zone; false looks it up."
  type        = bool
  default     = false
}

variable "inbound_cidrs" {
  description = "Address ranges that reach the service."
  type        = list(string)

  validation {
    condition     = length(var.inbound_cidrs) > 0 && alltrue([for range in var.inbound_cidrs : can(cidrhost(range, 0))])
    error_message = "inbound_cidrs needs at least one address range, such as your office's [\"198.51.100.7/32\"]."
  }

  validation {
    condition     = var.domain != null || !contains(var.inbound_cidrs, "0.0.0.0/0")
    error_message = "inbound_cidrs holds 0.0.0.0/0 while domain is null: that would serve http, without encryption, to everybody. Give a domain or name ranges."
  }
}

variable "web_on_nodes" {
  description = "Whether the web pods run on nodes (kustomize/components/compute-nodes): they read the secrets themselves, and the database admits the nodes."
  type        = bool
  default     = false
}

variable "deletion_protection" {
  description = "Whether the database refuses to be deleted and leaves a last snapshot."
  type        = bool
  default     = false
}

variable "lambda_package" {
  description = "Path of the Lambda package; `make lambda` builds it."
  type        = string
  default     = "../../.build/database_access.zip"
}
