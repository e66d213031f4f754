variable "name" {
  description = "Project and environment, such as \"acme-dev\"; starts every name."
  type        = string
}

variable "region" {
  description = "AWS region of the VPC; part of the gateway endpoints' service names."
  type        = string
}

variable "cidr" {
  description = "Address range of the VPC, a /16."
  type        = string
  default     = "10.0.0.0/16"

  validation {
    condition     = can(cidrhost(var.cidr, 0)) && endswith(var.cidr, "/16")
    error_message = "cidr must be an IPv4 /16 such as 10.0.0.0/16: the subnet plan divides it into /20 and /24 blocks."
  }
}

variable "zone_count" {
  description = "Availability zones to spread over; EKS, an ALB and a Multi-AZ database need two."
  type        = number
  default     = 2

  validation {
    condition     = var.zone_count >= 2 && var.zone_count <= 4
    error_message = "zone_count must be 2, 3 or 4: EKS and RDS need subnets in two zones."
  }
}

variable "nat" {
  description = "Way out of the private subnets: \"gateway\" (one a zone), \"instance\" (one t4g.nano), or \"none\" (asleep)."
  type        = string

  validation {
    condition     = contains(["gateway", "instance", "none"], var.nat)
    error_message = "nat must be \"gateway\", \"instance\" or \"none\"."
  }
}

variable "flow_log_retention_days" {
  description = "Days to keep flow logs of refused connections; 0 makes none."
  type        = number
  default     = 0

  validation {
    condition     = contains([0, 7, 14, 30, 60, 90, 180, 365], var.flow_log_retention_days)
    error_message = "flow_log_retention_days must be 0 (off) or a retention that CloudWatch knows: 7, 14, 30, 60, 90, 180 or 365."
  }
}

variable "alarm_topic_arn" {
  description = "SNS topic of the NAT instance's alarm."
  type        = string
}

variable "kms_key_arn" {
  description = "KMS key of the flow logs; null leaves them to CloudWatch's own encryption."
  type        = string
  default     = null
}

variable "permissions_boundary_arn" {
  description = "Permissions boundary of every role made here."
  type        = string
}
