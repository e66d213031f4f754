variable "name" {
  description = "Name of the repository."
  type        = string
}

variable "keep_released" {
  description = "Released images to keep, those with a tag released-…; the oldest beyond it go."
  type        = number
  default     = 200

  validation {
    condition     = var.keep_released >= 50
    error_message = "keep_released must be at least 50: an environment may stay on one release while others release every day."
  }
}

variable "keep_images" {
  description = "Images to keep that were never released; the oldest beyond it go."
  type        = number
  default     = 50

  validation {
    condition     = var.keep_images >= 10
    error_message = "keep_images must be at least 10: fewer could expire the image that a rollback needs."
  }
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
