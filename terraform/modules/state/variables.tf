variable "project" {
  description = "Short name of the service; starts every name."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,14}$", var.project))
    error_message = "project must be 2 to 15 characters: a lower-case letter, then lower-case letters, digits or hyphens, such as \"acme\"."
  }
}

variable "force_destroy" {
  description = "Whether destroy may delete the bucket together with every state version in it."
  type        = bool
  default     = false
}
