variable "name" {
  description = "Project and environment, such as \"acme-dev\"; names the instance."
  type        = string
}

variable "vpc_id" {
  description = "VPC of the database."
  type        = string
}

variable "subnet_ids" {
  description = "Database subnets, in two zones or more."
  type        = list(string)

  validation {
    condition     = length(var.subnet_ids) >= 2
    error_message = "subnet_ids needs subnets in at least two zones: RDS refuses a subnet group with one."
  }
}

variable "client_security_group_ids" {
  description = "Who may connect: a name for the rule's description to a security group ID."
  type        = map(string)
}

variable "engine_version" {
  description = "PostgreSQL version, major and minor; both move by pull request."
  type        = string

  validation {
    condition     = can(regex("^(1[5-9]|[2-9][0-9])\\.[0-9]+$", var.engine_version))
    error_message = "engine_version must be a PostgreSQL version from 15 on with its minor part, such as \"18.4\": a database without it takes each new one in its maintenance window, prod before dev."
  }
}

variable "allow_major_upgrade" {
  description = "Whether an apply may go to the next major version (docs/runbooks/upgrade-postgresql.md); false again after it."
  type        = bool
  default     = false
}

variable "instance_class" {
  description = "RDS instance class."
  type        = string
  default     = "db.t4g.micro"

  validation {
    condition     = startswith(var.instance_class, "db.")
    error_message = "instance_class must be an RDS class such as \"db.t4g.micro\"."
  }
}

variable "multi_az" {
  description = "Whether a standby in a second zone takes over by itself."
  type        = bool
}

variable "backup_retention_days" {
  description = "Days to which the database can be taken back, to the second."
  type        = number
  default     = 7

  validation {
    condition     = var.backup_retention_days >= 1 && var.backup_retention_days <= 35
    error_message = "backup_retention_days must be 1 to 35: 0 would turn backups and point-in-time recovery off."
  }
}

variable "deletion_protection" {
  description = "Whether RDS refuses to delete the instance."
  type        = bool
}

variable "log_retention_days" {
  description = "Days to keep PostgreSQL's log."
  type        = number
  default     = 30

  validation {
    condition     = contains([7, 14, 30, 60, 90, 180, 365], var.log_retention_days)
    error_message = "log_retention_days must be a retention that CloudWatch knows: 7, 14, 30, 60, 90, 180 or 365."
  }
}

variable "alarm_topic_arn" {
  description = "SNS topic that hears the alarms."
  type        = string
}

variable "kms_key_arn" {
  description = "KMS key of storage, master secret and log; null takes the AWS-managed keys."
  type        = string
  default     = null
}
