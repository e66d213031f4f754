variable "name" {
  description = "Project and environment, such as \"acme-prod\"; names the web ACL."
  type        = string
}

variable "load_balancer_arn" {
  description = "Load balancer that the web ACL stands before; null while there is none."
  type        = string
  default     = null
}
