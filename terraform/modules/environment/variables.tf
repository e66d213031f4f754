# A few objects instead of forty variables: each is a part of a file in an environment's folder, and the folder's main.tf
# hands them on without naming what is in them.

variable "environment" {
  description = "Name of the environment, which is the name of its folder; starts every name after the project's."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,9}$", var.environment)) && !contains(["ci", "bootstrap"], var.environment)
    error_message = "The folder's name must be 2 to 10 lower-case letters or digits, such as \"dev\", and neither \"ci\" nor \"bootstrap\", which name something else."
  }
}

variable "account" {
  description = "Whose account it is and who answers for it."
  type = object({
    account_id          = string           # Terraform refuses to run with credentials of another
    region              = string           # the image repository is in the same one
    registry_account_id = optional(string) # account of the image repository; null when it is this one
    owner               = string           # tag Owner: the team that answers for the environment
    cost_centre         = string           # tag CostCentre: who pays
    email_addresses     = list(string)     # who is told about alarms and the budget
  })

  validation {
    condition     = alltrue([for id in compact([var.account.account_id, var.account.registry_account_id]) : can(regex("^[0-9]{12}$", id))])
    error_message = "account_id and registry_account_id must be AWS account numbers of 12 digits: aws sts get-caller-identity --query Account"
  }

  validation {
    condition     = can(regex("^[a-z]{2}-[a-z]+-[0-9]$", var.account.region))
    error_message = "region must be an AWS region such as \"us-east-1\"."
  }

  # https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html: 256 characters. resource_tags
  # joins them by commas and equals signs, so neither may be in a value.
  validation {
    condition     = alltrue([for tag in [var.account.owner, var.account.cost_centre] : can(regex("^[A-Za-z0-9 ._:/+@-]{1,256}$", tag))])
    error_message = "owner and cost_centre must be 1 to 256 letters, digits, spaces or . _ : / + @ -: they become tags, joined by commas for the controllers."
  }
}

variable "access" {
  description = "Who reaches the environment, and as what."
  type = object({
    admin_role_arns        = list(string)               # IAM roles that administer the cluster and may write secret values by hand
    api_public_cidrs       = list(string)               # address ranges that reach the Kubernetes API
    api_open_to_internet   = optional(bool, false)      # whether 0.0.0.0/0 is allowed there, for runners that GitHub hosts
    api_private_only       = optional(bool, false)      # no public endpoint; needs a runner inside the VPC (docs/adr/0023)
    inbound_cidrs          = list(string)               # address ranges that reach the service
    admin_cidrs            = optional(list(string), []) # address ranges that reach the admin, two at most; required where settings.production is true
    on_call_principal_arns = optional(list(string), []) # IAM principals that may become the role on-call; empty makes no such role
  })

  validation {
    condition     = length(var.access.inbound_cidrs) > 0 && alltrue([for range in var.access.inbound_cidrs : can(cidrhost(range, 0))])
    error_message = "inbound_cidrs needs at least one address range: your office's, such as [\"198.51.100.7/32\"], or [\"0.0.0.0/0\"] for everybody."
  }

  # The load balancer's rule for them has five values, of which path and host are three (kustomize/components/admin-cidrs).
  validation {
    condition     = length(var.access.admin_cidrs) <= 2 && alltrue([for range in var.access.admin_cidrs : can(cidrhost(range, 0)) && !can(regex("/[0-7]$", range))])
    error_message = "admin_cidrs must be at most two address ranges of /8 or narrower, such as [\"203.0.113.0/24\"]: the admin is for known addresses, never for 0.0.0.0/0."
  }

  validation {
    condition     = length(var.access.admin_cidrs) > 0 || !var.settings.production
    error_message = "admin_cidrs must name the addresses that reach the admin where settings.production is true, such as your VPN's [\"203.0.113.0/24\"]: a password alone must not stand between the internet and everybody's data."
  }

  validation {
    condition     = alltrue([for arn in var.access.on_call_principal_arns : can(regex("^arn:aws:iam::[0-9]{12}:(role|user)/[^*]+$", arn))])
    error_message = "on_call_principal_arns needs ARNs of IAM roles or users without wildcards, such as the role of your IAM Identity Center permission set: aws iam list-roles --path-prefix /aws-reserved/sso.amazonaws.com/"
  }

  validation {
    condition     = var.dns != null || !contains(var.access.inbound_cidrs, "0.0.0.0/0")
    error_message = "inbound_cidrs holds 0.0.0.0/0 while dns is null: that would serve http, without encryption, to everybody. Give a domain or name ranges."
  }
}

variable "versions" {
  description = "What runs, from versions.auto.tfvars; moves from environment to environment by pull request (docs/runbooks/upgrade-*.md)."
  type = object({
    kubernetes                     = string                # minor version of EKS
    node_release                   = string                # release of EKS's AL2023 node image
    addons                         = map(string)           # EKS add-on to its version
    postgresql                     = string                # major and minor version on RDS
    allow_major_postgresql_upgrade = optional(bool, false) # true for the one apply of a major upgrade
    lambda_runtime                 = string                # runtime of the database functions
  })
}

variable "dns" {
  description = "Host name of the service and its zone; null serves http under the load balancer's own name, to inbound_cidrs alone."
  type = object({
    domain      = string                # host name of the service
    zone_name   = optional(string)      # hosted zone of the domain; null takes the domain itself
    create_zone = optional(bool, false) # whether to make the zone; false looks it up
  })
  default = null

  validation {
    condition     = var.dns != null || !var.settings.production
    error_message = "dns must name a domain where settings.production is true: passwords and tokens of real users travel by https alone."
  }
}

variable "settings" {
  description = "Sizes and switches of the environment."
  type = object({
    production              = bool             # real users depend on it: a domain and admin_cidrs are required
    sleeps                  = bool             # may be put to sleep: cluster, nodes and NAT go, data stays
    monthly_limit           = number           # US dollars a month at which the budget alerts
    vpc_cidr                = string           # a /16 that no network to be peered uses
    zone_count              = number           # availability zones
    nat                     = string           # "gateway" (one a zone) or "instance" (one for all)
    node_group_per_zone     = bool             # one group a zone where volumes are used
    coredns_replicas        = number           # CoreDNS pods
    ebs_csi                 = bool             # the EBS driver, for metrics that outlive a pod
    control_plane_logs      = list(string)     # which logs EKS keeps
    web_on_nodes            = bool             # web pods run on nodes and read the secrets themselves (components/compute-nodes)
    database_class          = string           # RDS instance class
    multi_az                = bool             # a standby in a second zone
    backup_retention_days   = number           # days to which the database can be taken back
    deletion_protection     = bool             # database and cluster refuse to be deleted, and the database leaves a last snapshot
    zonal_shift             = bool             # traffic may be moved away from a failing zone
    waf                     = bool             # a web ACL before the load balancer, $9 a month
    time_zone               = string           # IANA time zone of the evening in which a sleeping database is stopped again
    rotation_days           = optional(number) # days between rotations of the application's login; null makes no schedule
    recovery_days           = number           # days for which a deleted secret can be brought back; 0 deletes at once
    customer_managed_key    = bool             # a KMS key of the environment's own, $1 a month
    dashboard               = bool             # the CloudWatch dashboard, $3 a month
    log_retention_days      = number           # days to keep logs
    flow_log_retention_days = number           # days to keep flow logs of refused connections; 0 makes none
  })

  validation {
    condition     = can(regex("^[A-Z][A-Za-z_]+(/[A-Z][A-Za-z_+-]*[0-9]*)*$", var.settings.time_zone))
    error_message = "settings.time_zone must be a name of the IANA time zone database, such as \"Europe/Berlin\" or \"Etc/UTC\"."
  }

  validation {
    condition     = !(var.settings.production && var.settings.sleeps)
    error_message = "settings.sleeps must be false where settings.production is true: real users do not keep office hours."
  }
}
