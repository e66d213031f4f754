variable "project" {
  description = "Short name of the service; starts every name."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,14}$", var.project))
    error_message = "project must be 2 to 15 characters: a lower-case letter, then lower-case letters, digits or hyphens, such as \"acme\"."
  }
}

variable "version_retention_days" {
  description = "Days for which a replaced state version can be brought back."
  type        = number
  default     = 90

  validation {
    condition     = var.version_retention_days >= 30
    error_message = "version_retention_days must be at least 30: a broken state is often noticed weeks later."
  }
}

variable "force_destroy" {
  description = "Whether destroy may delete the bucket together with every state version in it."
  type        = bool
  default     = false
}
