variable "name" {
  description = "Project and environment, such as \"acme-dev\"; names the budget."
  type        = string
}

variable "environment" {
  description = "Value of the tag Environment whose cost counts."
  type        = string
}

variable "limit" {
  description = "US dollars a month."
  type        = number

  validation {
    condition     = var.limit > 0
    error_message = "limit must be above 0 US dollars a month."
  }
}

variable "email_addresses" {
  description = "Who is told."
  type        = list(string)

  validation {
    condition     = length(var.email_addresses) > 0 && alltrue([for address in var.email_addresses : can(regex("^[^@ ]+@[^@ ]+$", address))])
    error_message = "email_addresses needs at least one mail address: a budget that tells nobody limits nothing."
  }
}
