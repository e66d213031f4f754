variable "name" {
  description = "Name of the repository."
  type        = string
}

variable "pull_account_ids" {
  description = "Other AWS accounts whose clusters pull from here."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for account in var.pull_account_ids : can(regex("^[0-9]{12}$", account))])
    error_message = "pull_account_ids must hold AWS account numbers of 12 digits."
  }
}

variable "force_delete" {
  description = "Whether destroy may delete the repository together with its images."
  type        = bool
  default     = false
}
