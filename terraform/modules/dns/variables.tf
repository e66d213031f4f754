variable "domain" {
  description = "Host name of the service, such as \"service.example.com\"."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", var.domain))
    error_message = "domain must be a full host name in lower case, such as \"service.example.com\", without https:// and without a final dot."
  }
}

variable "zone_name" {
  description = "Hosted zone that the host name lies in, such as \"example.com\"."
  type        = string

  validation {
    condition     = var.domain == var.zone_name || endswith(var.domain, ".${var.zone_name}")
    error_message = "zone_name must be the domain itself or a parent of it: a record cannot stand in a foreign zone."
  }
}

variable "create_zone" {
  description = "Whether to make the zone; false looks it up, as most clients have one."
  type        = bool
  default     = false
}
