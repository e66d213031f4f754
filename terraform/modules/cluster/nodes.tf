# The platform's nodes: what is no application pod runs here, because Fargate takes no DaemonSet (docs/adr/0021).

data "aws_default_tags" "this" {}

locals {
  # https://github.com/aws/amazon-vpc-cni-k8s/blob/master/misc/eni-max-pods.txt gives a t3a.medium 17 pods without prefix
  # delegation. With it addresses would do for 110; 35 is what 4 GiB hold at 11 MiB a pod slot.
  max_pods = 35

  # nodeadm reserves for the 17 of the type's table, whatever maxPods says: hence its own formula, 255 + 11 MiB a pod,
  # with the number that counts. https://github.com/awslabs/amazon-eks-ami (nodeadm, kubelet: kubeReserved)
  reserved_memory = 255 + 11 * local.max_pods

  node_user_data = <<-MIME
    MIME-Version: 1.0
    Content-Type: multipart/mixed; boundary="BOUNDARY"

    --BOUNDARY
    Content-Type: application/node.eks.aws

    apiVersion: node.eks.aws/v1alpha1
    kind: NodeConfig
    spec:
      kubelet:
        config:
          maxPods: ${local.max_pods}
          kubeReserved:
            cpu: 70m
            memory: ${local.reserved_memory}Mi
            ephemeral-storage: 1Gi

    --BOUNDARY--
  MIME
}

data "aws_iam_policy_document" "node_trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
  }
}

# No CNI policy here: aws-node has a role of its own, so a pod on the node's network gains nothing from the node's.
resource "aws_iam_role" "node" {
  name                 = "${var.name}-node"
  assume_role_policy   = data.aws_iam_policy_document.node_trust.json
  permissions_boundary = var.permissions_boundary_arn
}

resource "aws_iam_role_policy_attachment" "node" {
  for_each = toset(["AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly"])

  role       = aws_iam_role.node.name
  policy_arn = "arn:aws:iam::aws:policy/${each.key}"
}

resource "aws_launch_template" "node" {
  name                   = "${var.name}-node"
  update_default_version = true
  user_data              = base64encode(local.node_user_data)

  # A pod is one hop further than the node: with a limit of 1 no pod reaches the node's credentials.
  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  block_device_mappings {
    device_name = "/dev/xvda"

    ebs {
      volume_size           = 20
      volume_type           = "gp3"
      encrypted             = true
      delete_on_termination = true
    }
  }

  # default_tags stop at the launch template itself: instances and volumes are made by EKS, and bill.
  dynamic "tag_specifications" {
    for_each = ["instance", "volume", "network-interface"]

    content {
      resource_type = tag_specifications.value
      tags          = merge(data.aws_default_tags.this.tags, { Name = "${var.name}-node" })
    }
  }
}

resource "aws_eks_node_group" "this" {
  for_each = var.node_groups

  cluster_name    = aws_eks_cluster.this.name
  node_group_name = "${var.name}-${each.key}"
  node_role_arn   = aws_iam_role.node.arn
  subnet_ids      = each.value
  ami_type        = "AL2023_x86_64_STANDARD"
  instance_types  = ["t3a.medium"]

  # Both pinned: a node group without them takes what is newest on the day it is made, and nothing ever after. The version
  # follows the image, which may be one behind the API while an upgrade is under way.
  version         = join(".", slice(split(".", var.versions.node_release), 0, 2))
  release_version = var.versions.node_release

  launch_template {
    id      = aws_launch_template.node.id
    version = aws_launch_template.node.latest_version
  }

  scaling_config {
    min_size     = 1
    desired_size = 1
    max_size     = 3
  }

  update_config {
    max_unavailable = 1
  }

  # A node whose kubelet or network fails is replaced by EKS: https://docs.aws.amazon.com/eks/latest/userguide/node-health.html
  node_repair_config {
    enabled = true
  }

  # Without a way out (nat_instance.tf) no node becomes Ready; the provider would wait for an hour.
  timeouts {
    create = "25m"
  }

  # EKS puts the cluster-autoscaler's discovery tags on the Auto Scaling group itself:
  # https://docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html. Here they show who may resize it.
  tags = {
    "k8s.io/cluster-autoscaler/enabled"     = "true"
    "k8s.io/cluster-autoscaler/${var.name}" = "owned"
  }

  # The cluster-autoscaler's business.
  lifecycle {
    ignore_changes = [scaling_config[0].desired_size]
  }

  # A node without a network never becomes Ready, and the group's creation would wait for it until it fails.
  depends_on = [
    aws_iam_role_policy_attachment.node,
    aws_eks_addon.before_nodes,
  ]
}
