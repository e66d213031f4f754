variable "name" {
  description = "Project and environment, such as \"acme-dev\"; names the cluster."
  type        = string
}

variable "vpc_id" {
  description = "VPC of the cluster, the only one in which the load balancer controller may make security groups."
  type        = string
}

variable "private_subnet_ids" {
  description = "Zone name to private subnet ID: control plane, nodes and all Fargate pods."
  type        = map(string)

  validation {
    condition     = length(var.private_subnet_ids) >= 2
    error_message = "private_subnet_ids needs subnets in at least two zones: EKS refuses fewer."
  }
}

variable "app_security_group_id" {
  description = "ID of the only security group of the application's pods on Fargate; the cluster's own group and it admit each other."
  type        = string

  validation {
    condition     = can(regex("^sg-", var.app_security_group_id))
    error_message = "app_security_group_id must be the ID of a security group (sg-…): pods on Fargate reach neither DNS nor the Kubernetes API without its rules."
  }
}

variable "versions" {
  description = "What the cluster runs."
  type = object({
    kubernetes   = string      # minor version; EKS chooses the patch
    node_release = string      # release of EKS's node image for this Kubernetes version
    addons       = map(string) # add-on to its version
  })

  validation {
    condition     = can(regex("^1\\.[0-9]{2}$", var.versions.kubernetes))
    error_message = "versions.kubernetes must be a minor version such as \"1.36\": EKS chooses the patch."
  }

  # A kubelet may be older than the API, never newer: https://kubernetes.io/releases/version-skew-policy/
  validation {
    condition     = can(regex("^1\\.[0-9]{2}\\.[0-9]+-[0-9]{8}$", var.versions.node_release)) && try(tonumber(split(".", var.versions.node_release)[1]) <= tonumber(split(".", var.versions.kubernetes)[1]), false)
    error_message = "versions.node_release must be a release of EKS's AL2023 image such as \"1.36.0-20260923\", not newer than versions.kubernetes: https://github.com/awslabs/amazon-eks-ami/releases"
  }

  validation {
    condition     = length(setsubtract(["vpc-cni", "kube-proxy", "coredns", "metrics-server", "aws-secrets-store-csi-driver-provider", "aws-ebs-csi-driver"], keys(var.versions.addons))) == 0 && alltrue([for version in values(var.versions.addons) : can(regex("^v[0-9.]+-eksbuild\\.[0-9]+$", version))])
    error_message = "versions.addons must give each add-on a version such as \"v1.22.4-eksbuild.3\": aws eks describe-addon-versions --kubernetes-version … --addon-name …"
  }
}

variable "zonal_shift" {
  description = "Whether traffic may be moved away from a failing zone; of use where nodes stand in several."
  type        = bool
  default     = false
}

variable "on_call_role_arns" {
  description = "IAM roles of who is on call and of the rollback button, by any name; they become the Kubernetes group service-oncall."
  type        = map(string)
  default     = {}
}

variable "api_public_cidrs" {
  description = "Address ranges that reach the Kubernetes API over the internet; IAM decides after that."
  type        = list(string)

  validation {
    condition     = var.api_private_only || length(var.api_public_cidrs) > 0 && alltrue([for range in var.api_public_cidrs : can(cidrhost(range, 0))])
    error_message = "api_public_cidrs must hold address ranges such as [\"198.51.100.0/24\"], or set api_private_only."
  }

  validation {
    condition     = var.api_open_to_internet || !contains(var.api_public_cidrs, "0.0.0.0/0")
    error_message = "api_public_cidrs holds 0.0.0.0/0: GitHub-hosted runners need it (they have no fixed addresses), so say it with api_open_to_internet = true, or name ranges."
  }
}

variable "api_open_to_internet" {
  description = "Whether 0.0.0.0/0 is allowed in api_public_cidrs, for runners that GitHub hosts."
  type        = bool
  default     = false
}

variable "api_private_only" {
  description = "Whether the API has no public endpoint at all; releases then need a runner inside the VPC (docs/adr/0023)."
  type        = bool
  default     = false
}

variable "admin_role_arns" {
  description = "IAM roles that are cluster administrators; there is no other administrator."
  type        = list(string)

  validation {
    condition     = length(var.admin_role_arns) > 0 && alltrue([for arn in var.admin_role_arns : can(regex("^arn:aws:iam::[0-9]{12}:role/.+$", arn))])
    error_message = "admin_role_arns needs at least one IAM role ARN (arn:aws:iam::ACCOUNT:role/NAME): without it nobody can enter the cluster."
  }
}

variable "deployer_role_arn" {
  description = "IAM role of releases; it becomes the Kubernetes group service:deployers."
  type        = string
}

variable "node_groups" {
  description = "Node groups of the platform, each min 1 and max 3: a name to its subnets; one group a zone where volumes are used."
  type        = map(list(string))

  validation {
    condition     = length(var.node_groups) > 0 && alltrue([for subnets in values(var.node_groups) : length(subnets) > 0])
    error_message = "node_groups needs at least one group with at least one subnet: the secrets driver does not run on Fargate."
  }
}

variable "coredns_replicas" {
  description = "CoreDNS pods."
  type        = number
  default     = 2

  validation {
    condition     = var.coredns_replicas >= 1
    error_message = "coredns_replicas must be at least 1: without DNS nothing finds anything."
  }
}

variable "ebs_csi" {
  description = "Whether to install the EBS CSI driver, for metrics that outlive a pod."
  type        = bool
}

variable "control_plane_logs" {
  description = "Control-plane logs to keep."
  type        = list(string)

  validation {
    condition     = contains(var.control_plane_logs, "audit") && alltrue([for kind in var.control_plane_logs : contains(["api", "audit", "authenticator", "controllerManager", "scheduler"], kind)])
    error_message = "control_plane_logs must hold \"audit\" (who did what) and otherwise only api, authenticator, controllerManager or scheduler."
  }
}

variable "log_group_arns" {
  description = "Log groups app, audit, platform and control_plane, without the final \":*\"."
  type        = object({ app = string, audit = string, platform = string, control_plane = string })
}

variable "secret_arns" {
  description = "Secrets that the secrets mirror reads."
  type        = list(string)

  validation {
    condition     = length(var.secret_arns) > 0 && !contains(var.secret_arns, "*")
    error_message = "secret_arns must name each secret; \"*\" would open every secret of the account."
  }
}

variable "web_reads_secrets" {
  description = "Whether the web role reads the secrets itself (kustomize/components/compute-nodes)."
  type        = bool
  default     = false
}

variable "zone" {
  description = "Route 53 zone and the domain in it whose names external-dns may change; null makes no such role."
  type        = object({ arn = string, domain = string })
  default     = null
}

variable "kms_key_arn" {
  description = "KMS key of Kubernetes Secrets (envelope encryption), and of the secrets; null takes AWS's own encryption."
  type        = string
  default     = null
}

variable "permissions_boundary_arn" {
  description = "Permissions boundary of every role made here."
  type        = string
}
