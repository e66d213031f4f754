variable "name" {
  description = "Project and environment, such as \"acme-dev\"; starts every name."
  type        = string
}

variable "region" {
  description = "AWS region, part of the condition on the KMS key."
  type        = string
}

variable "vpc_id" {
  description = "VPC that the functions join."
  type        = string
}

variable "vpc_cidr" {
  description = "Address range of the VPC, where the functions may reach port 5432."
  type        = string

  validation {
    condition     = can(cidrhost(var.vpc_cidr, 0)) && var.vpc_cidr != "0.0.0.0/0"
    error_message = "vpc_cidr must be the VPC's address range, such as 10.0.0.0/16."
  }
}

variable "subnet_ids" {
  description = "Private subnets that the functions join."
  type        = list(string)

  validation {
    condition     = length(var.subnet_ids) > 0
    error_message = "subnet_ids needs a private subnet: the database is reachable from inside the VPC alone."
  }
}

variable "database" {
  description = "Host, port and name of the database."
  type        = object({ host = string, port = number, name = string })
}

variable "master_secret_arn" {
  description = "Secret of the database's master user, made by RDS."
  type        = string
}

variable "reader_role_arns" {
  description = "Roles that may read the secrets, beside the functions' own."
  type        = list(string)

  validation {
    condition     = length(var.reader_role_arns) > 0 && alltrue([for arn in var.reader_role_arns : can(regex("^arn:aws:iam::[0-9]{12}:role/[^*]+$", arn))])
    error_message = "reader_role_arns needs role ARNs without wildcards (arn:aws:iam::ACCOUNT:role/NAME): they are compared letter by letter."
  }
}

variable "writer_role_arns" {
  description = "Roles that may write values by hand: the key ring's rotation and break-glass; the functions' own is always among them."
  type        = list(string)

  validation {
    condition     = alltrue([for arn in var.writer_role_arns : can(regex("^arn:aws:iam::[0-9]{12}:role/[^*]+$", arn))])
    error_message = "writer_role_arns needs role ARNs without wildcards (arn:aws:iam::ACCOUNT:role/NAME): they are compared letter by letter."
  }
}

variable "package" {
  description = "Path of the Lambda package, built by `make lambda`."
  type        = string

  validation {
    condition     = fileexists(var.package)
    error_message = "The Lambda package is not there. Build it: make lambda"
  }
}

variable "runtime" {
  description = "Lambda runtime; the package is built for the same Python (terraform/build_lambda.py)."
  type        = string

  validation {
    condition     = can(regex("^python3\\.[0-9]+$", var.runtime))
    error_message = "runtime must be a Python runtime of Lambda, such as \"python3.12\"."
  }
}

variable "rotation_days" {
  description = "Days between rotations of the application's database login; null makes no schedule."
  type        = number
  default     = null

  validation {
    condition     = var.rotation_days == null ? true : var.rotation_days >= 1 && var.rotation_days <= 90
    error_message = "rotation_days must be 1 to 90, or null for no schedule."
  }
}

variable "recovery_days" {
  description = "Days for which a deleted secret can be brought back; 0 deletes at once."
  type        = number
  default     = 30

  validation {
    condition     = var.recovery_days == 0 || var.recovery_days >= 7 && var.recovery_days <= 30
    error_message = "recovery_days must be 0, or 7 to 30: Secrets Manager knows nothing between."
  }
}

variable "kms_key_arn" {
  description = "KMS key of secrets and logs; null takes the AWS-managed keys."
  type        = string
  default     = null
}

variable "permissions_boundary_arn" {
  description = "Permissions boundary of every role made here."
  type        = string
}
