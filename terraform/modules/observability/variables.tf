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

variable "kms_key_arn" {
  description = "KMS key of the log groups; null leaves them to CloudWatch's own encryption."
  type        = string
  default     = null
}
