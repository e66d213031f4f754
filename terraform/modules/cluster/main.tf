data "aws_caller_identity" "current" {}

data "aws_region" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  region     = data.aws_region.current.id
}

data "aws_iam_policy_document" "cluster_trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["eks.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "cluster" {
  name                 = "${var.name}-cluster"
  assume_role_policy   = data.aws_iam_policy_document.cluster_trust.json
  permissions_boundary = var.permissions_boundary_arn
}

resource "aws_iam_role_policy_attachment" "cluster" {
  role       = aws_iam_role.cluster.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"
}

resource "aws_eks_cluster" "this" {
  #checkov:skip=CKV_AWS_339:The check's list of versions ends before 1.36, which EKS supports until 2027-08-02
  #checkov:skip=CKV_AWS_39:GitHub's runners reach the API over the internet, behind IAM and api_public_cidrs; api_private_only closes it (docs/adr/0023)
  #checkov:skip=CKV_AWS_38:api_public_cidrs has no default and refuses 0.0.0.0/0 unless api_open_to_internet says so
  #checkov:skip=CKV_AWS_58:Envelope encryption is the variable kms_key_arn: on in prod; EKS encrypts its disks in any case
  #checkov:skip=CKV_AWS_37:Which logs is the variable control_plane_logs: all in prod, those that say who did what in dev
  name     = var.name
  version  = var.versions.kubernetes
  role_arn = aws_iam_role.cluster.arn

  enabled_cluster_log_types = var.control_plane_logs

  # vpc-cni comes as an add-on, before the nodes, with prefix delegation set (addons.tf).
  bootstrap_self_managed_addons = false

  access_config {
    authentication_mode                         = "API"
    bootstrap_cluster_creator_admin_permissions = false
  }

  # EXTENDED is the default and costs $0.60 an hour once the version is 14 months old, instead of $0.10.
  upgrade_policy {
    support_type = "STANDARD"
  }

  vpc_config {
    subnet_ids              = values(var.private_subnet_ids)
    endpoint_private_access = true
    endpoint_public_access  = !var.api_private_only
    public_access_cidrs     = var.api_private_only ? null : var.api_public_cidrs
  }

  dynamic "encryption_config" {
    for_each = var.kms_key_arn == null ? [] : [var.kms_key_arn]

    content {
      resources = ["secrets"]

      provider {
        key_arn = encryption_config.value
      }
    }
  }

  # A person, or AWS itself, can move traffic away from a zone that fails: prod's nodes stand in several. Pods on Fargate
  # stay where they are. https://docs.aws.amazon.com/eks/latest/userguide/zone-shift.html
  zonal_shift_config {
    enabled = var.zonal_shift
  }

  # The control plane's log group is module observability's: it outlives the cluster, which writes a last line while it
  # goes; a group that went before would come back without retention, and stop the next apply. Named here, it comes first.
  lifecycle {
    precondition {
      condition     = startswith(var.log_group_arns.control_plane, "arn:aws:logs:")
      error_message = "log_group_arns.control_plane must be the ARN of the group /aws/eks/${var.name}/cluster, the only one that EKS writes to."
    }
  }

  depends_on = [aws_iam_role_policy_attachment.cluster]
}
