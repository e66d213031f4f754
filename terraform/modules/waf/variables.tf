variable "name" {
  description = "Project and environment, such as \"acme-prod\"; names the web ACL."
  type        = string
}

variable "load_balancer_arn" {
  description = "Load balancer that the web ACL stands before; null while there is none."
  type        = string
  default     = null
}

variable "requests_per_address" {
  description = "Requests a minute of one address above which it is refused with 429."
  type        = number
  default     = 1200

  # https://docs.aws.amazon.com/waf/latest/APIReference/API_RateBasedStatement.html
  validation {
    condition     = var.requests_per_address >= 10 && var.requests_per_address <= 2000000000
    error_message = "requests_per_address must be 10 to 2,000,000,000, as AWS WAF takes it."
  }
}

variable "common_rules_count_only" {
  description = "Whether AWSManagedRulesCommonRuleSet only counts what it would block."
  type        = bool
  default     = true
}
