variable "name" {
  description = "Project and environment, such as \"acme-dev\"; starts every name."
  type        = string
}

variable "region" {
  description = "AWS region, which dashboard widgets name."
  type        = string
}

variable "account_id" {
  description = "AWS account whose alarms may use the topic."
  type        = string
}

variable "log_retention_days" {
  description = "Days to keep the logs of application, platform and control plane."
  type        = number
  default     = 30

  validation {
    condition     = contains([7, 14, 30, 60, 90, 180, 365], var.log_retention_days)
    error_message = "log_retention_days must be a retention that CloudWatch knows: 7, 14, 30, 60, 90, 180 or 365."
  }
}

variable "audit_retention_days" {
  description = "Days to keep the audit trail."
  type        = number
  default     = 365

  validation {
    condition     = contains([365, 731, 1096, 1827, 2557, 3653], var.audit_retention_days)
    error_message = "audit_retention_days must be a year or more, in a step that CloudWatch knows: 365, 731, 1096, 1827, 2557 or 3653."
  }
}

variable "email_addresses" {
  description = "Who is told about alarms; each confirms the subscription by mail."
  type        = list(string)

  validation {
    condition     = length(var.email_addresses) > 0 && alltrue([for address in var.email_addresses : can(regex("^[^@ ]+@[^@ ]+$", address))])
    error_message = "email_addresses needs at least one mail address: an alarm that nobody hears is none."
  }
}

variable "dashboard" {
  description = "Whether to make the CloudWatch dashboard."
  type        = bool
}

variable "load_balancer_arn_suffix" {
  description = "The load balancer's name in metrics, app/NAME/ID; null while there is none."
  type        = string
  default     = null

  validation {
    condition     = var.load_balancer_arn_suffix == null || can(regex("^app/[^/]+/[^/]+$", var.load_balancer_arn_suffix))
    error_message = "load_balancer_arn_suffix must be app/NAME/ID, the end of an application load balancer's ARN."
  }
}

variable "minimum_requests" {
  description = "Requests a minute below which neither load balancer alarm speaks."
  type        = number
  default     = 10

  validation {
    condition     = var.minimum_requests >= 1
    error_message = "minimum_requests must be at least 1: without traffic there is no ratio."
  }
}

variable "server_error_percent" {
  description = "Percent of 5xx answers above which the alarm goes."
  type        = number
  default     = 1

  validation {
    condition     = var.server_error_percent > 0 && var.server_error_percent < 100
    error_message = "server_error_percent must lie between 0 and 100."
  }
}

variable "latency_seconds" {
  description = "p99 in seconds above which the alarm goes."
  type        = number
  default     = 0.3

  validation {
    condition     = var.latency_seconds > 0
    error_message = "latency_seconds must be above 0."
  }
}

variable "kms_key_arn" {
  description = "KMS key of the log groups; null leaves them to CloudWatch's own encryption."
  type        = string
  default     = null
}
