mock_provider "aws" {
  source          = "../mocks"
  override_during = plan
}

variables {
  name                     = "acme-dev"
  vpc_id                   = "vpc-1"
  app_security_group_id    = "sg-0123456789abcdef0"
  private_subnet_ids       = { us-east-1a = "subnet-1", us-east-1b = "subnet-2" }
  api_public_cidrs         = ["198.51.100.0/24"]
  admin_role_arns          = ["arn:aws:iam::123456789012:role/Administrator"]
  deployer_role_arn        = "arn:aws:iam::123456789012:role/acme-ci-dev-deploy"
  node_groups              = { platform = ["subnet-1", "subnet-2"] }
  ebs_csi                  = false
  control_plane_logs       = ["audit"]
  log_group_arns           = { app = "arn:aws:logs:us-east-1:123456789012:log-group:/acme-dev/app", audit = "arn:aws:logs:us-east-1:123456789012:log-group:/acme-dev/audit", platform = "arn:aws:logs:us-east-1:123456789012:log-group:/acme-dev/platform", control_plane = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/eks/acme-dev/cluster" }
  secret_arns              = ["arn:aws:secretsmanager:us-east-1:123456789012:secret:acme-dev/app-database-AbCdEf"]
  permissions_boundary_arn = "arn:aws:iam::123456789012:policy/boundary"

  versions = {
    kubernetes   = "1.36"
    node_release = "1.36.0-20260923"
    addons = {
      vpc-cni                               = "v1.22.4-eksbuild.3"
      kube-proxy                            = "v1.36.0-eksbuild.21"
      coredns                               = "v1.14.3-eksbuild.16"
      metrics-server                        = "v0.8.1-eksbuild.10"
      aws-secrets-store-csi-driver-provider = "v3.1.3-eksbuild.1"
      aws-ebs-csi-driver                    = "v1.66.0-eksbuild.1"
    }
  }
}

run "nobody_is_administrator_but_those_who_are_named" {
  command = plan

  assert {
    condition     = aws_eks_cluster.this.access_config[0].authentication_mode == "API" && aws_eks_cluster.this.access_config[0].bootstrap_cluster_creator_admin_permissions == false
    error_message = "Access entries alone; the cluster's creator is not its administrator."
  }

  assert {
    condition     = toset(keys(aws_eks_access_entry.admin)) == toset(var.admin_role_arns) && aws_eks_access_entry.deployer.kubernetes_groups == toset(["service:deployers"])
    error_message = "Administrators by name; releases by group."
  }
}

run "the_version_never_slips_into_extended_support" {
  command = plan

  assert {
    condition     = aws_eks_cluster.this.version == "1.36" && aws_eks_cluster.this.upgrade_policy[0].support_type == "STANDARD"
    error_message = "Extended support costs $438 a month instead of $73."
  }
}

run "the_api_is_open_to_named_ranges" {
  command = plan

  assert {
    condition     = aws_eks_cluster.this.vpc_config[0].endpoint_public_access && aws_eks_cluster.this.vpc_config[0].endpoint_private_access && aws_eks_cluster.this.vpc_config[0].public_access_cidrs == toset(["198.51.100.0/24"])
    error_message = "Public to the named ranges, private inside the VPC."
  }
}

run "the_api_can_be_closed" {
  command = plan

  variables {
    api_private_only = true
    api_public_cidrs = []
  }

  assert {
    condition     = !aws_eks_cluster.this.vpc_config[0].endpoint_public_access && aws_eks_cluster.this.vpc_config[0].endpoint_private_access
    error_message = "api_private_only leaves the private endpoint alone."
  }
}

run "the_api_opens_to_everybody_only_when_said_twice" {
  command = plan

  variables {
    api_public_cidrs     = ["0.0.0.0/0"]
    api_open_to_internet = true
  }

  assert {
    condition     = aws_eks_cluster.this.vpc_config[0].public_access_cidrs == toset(["0.0.0.0/0"])
    error_message = "Runners that GitHub hosts have no fixed addresses."
  }
}

run "fargate_takes_pods_by_namespace_and_label_in_every_private_subnet" {
  command = plan

  assert {
    condition     = one(aws_eks_fargate_profile.app.selector).namespace == "service" && one(aws_eks_fargate_profile.app.selector).labels == tomap({ "service/compute" = "fargate" }) && aws_eks_fargate_profile.app.subnet_ids == toset(["subnet-1", "subnet-2"])
    error_message = "Without the label the profile would take the secrets mirror too, which cannot run on Fargate."
  }
}

run "pods_on_fargate_and_the_cluster_s_group_admit_each_other" {
  command = plan

  assert {
    condition     = toset([for rule in aws_vpc_security_group_egress_rule.app_to_cluster : "${rule.ip_protocol} ${rule.from_port}-${rule.to_port}"]) == toset(["tcp 443-443", "tcp 53-53", "udp 53-53"]) && alltrue([for rule in aws_vpc_security_group_egress_rule.app_to_cluster : rule.security_group_id == var.app_security_group_id && rule.referenced_security_group_id == output.security_group_id])
    error_message = "A pod reaches the Kubernetes API and CoreDNS, over both protocols."
  }

  assert {
    condition     = keys(aws_vpc_security_group_ingress_rule.cluster_from_app) == keys(aws_vpc_security_group_egress_rule.app_to_cluster) && alltrue([for key, rule in aws_vpc_security_group_ingress_rule.cluster_from_app : rule.security_group_id == output.security_group_id && rule.referenced_security_group_id == var.app_security_group_id && rule.from_port == aws_vpc_security_group_egress_rule.app_to_cluster[key].from_port && rule.ip_protocol == aws_vpc_security_group_egress_rule.app_to_cluster[key].ip_protocol])
    error_message = "What a pod may leave for, the cluster's group lets in."
  }

  assert {
    condition     = toset([for rule in aws_vpc_security_group_ingress_rule.app_from_cluster : rule.from_port]) == toset([8000, 9000, 9187, 10250]) && alltrue([for rule in aws_vpc_security_group_ingress_rule.app_from_cluster : rule.security_group_id == var.app_security_group_id && rule.referenced_security_group_id == output.security_group_id])
    error_message = "The cluster reaches the service, its metrics and the kubelet, and no other port."
  }
}

run "nodes_are_small_closed_and_leave_their_number_to_the_autoscaler" {
  command = plan

  assert {
    condition     = aws_eks_node_group.this["platform"].scaling_config[0].min_size == 1 && aws_eks_node_group.this["platform"].scaling_config[0].max_size == 3 && aws_eks_node_group.this["platform"].instance_types == tolist(["t3a.medium"]) && aws_eks_node_group.this["platform"].ami_type == "AL2023_x86_64_STANDARD"
    error_message = "t3a.medium on amd64, one to three."
  }

  assert {
    condition     = aws_launch_template.node.metadata_options[0].http_tokens == "required" && aws_launch_template.node.metadata_options[0].http_put_response_hop_limit == 1
    error_message = "IMDSv2, out of reach of pods."
  }

  assert {
    condition     = strcontains(base64decode(aws_launch_template.node.user_data), "maxPods: 35") && jsondecode(aws_eks_addon.before_nodes["vpc-cni"].configuration_values).env.ENABLE_PREFIX_DELEGATION == "true"
    error_message = "35 pods need prefix delegation: a t3a.medium has addresses for 17 without."
  }

  assert {
    condition     = jsondecode(aws_eks_addon.before_nodes["vpc-cni"].configuration_values).enableNetworkPolicy == "true"
    error_message = "NetworkPolicies are enforced on the nodes, and the add-on takes a text."
  }

  assert {
    condition     = toset([for specification in aws_launch_template.node.tag_specifications : specification.resource_type]) == toset(["instance", "volume", "network-interface"]) && alltrue([for specification in aws_launch_template.node.tag_specifications : specification.tags["Project"] == "acme"])
    error_message = "Instances and volumes carry the cost tags: default_tags stop at the launch template."
  }
}

run "addons_that_need_a_node_come_after_it" {
  command = plan

  assert {
    condition     = keys(aws_eks_addon.before_nodes) == ["kube-proxy", "vpc-cni"] && keys(aws_eks_addon.after_nodes) == ["aws-secrets-store-csi-driver-provider", "coredns", "metrics-server"]
    error_message = "A Deployment's add-on before the nodes would never be ready; a node before vpc-cni too."
  }

  assert {
    condition     = jsondecode(aws_eks_addon.after_nodes["aws-secrets-store-csi-driver-provider"].configuration_values).secrets-store-csi-driver.syncSecret.enabled && jsondecode(aws_eks_addon.after_nodes["aws-secrets-store-csi-driver-provider"].configuration_values).secrets-store-csi-driver.enableSecretRotation
    error_message = "The driver mirrors into Kubernetes Secrets and follows rotations."
  }
}

run "prod_adds_volumes_envelope_encryption_and_dns" {
  command = plan

  variables {
    ebs_csi     = true
    kms_key_arn = "arn:aws:kms:us-east-1:123456789012:key/1"
    zone        = { arn = "arn:aws:route53:::hostedzone/Z1", domain = "service.example.com" }
    node_groups = { platform-us-east-1a = ["subnet-1"], platform-us-east-1b = ["subnet-2"] }
  }

  assert {
    condition     = aws_eks_cluster.this.encryption_config[0].provider[0].key_arn == "arn:aws:kms:us-east-1:123456789012:key/1" && contains(keys(aws_eks_addon.after_nodes), "aws-ebs-csi-driver") && length(aws_eks_node_group.this) == 2
    error_message = "Envelope encryption, volumes, a node group a zone."
  }

  assert {
    condition     = contains(keys(aws_iam_role.workload), "external-dns") && contains(keys(aws_iam_role.workload), "ebs-csi")
    error_message = "Roles for external-dns and the EBS CSI driver."
  }
}

run "each_workload_has_a_role_within_the_boundary" {
  command = plan

  assert {
    condition     = keys(aws_iam_role.workload) == ["cluster-autoscaler", "fluent-bit", "load-balancer-controller", "secrets-mirror", "vpc-cni", "web"] && alltrue([for role in aws_iam_role.workload : role.permissions_boundary == var.permissions_boundary_arn])
    error_message = "One role a workload, none without the boundary."
  }
}

run "the_control_planes_log_group_comes_first" {
  command = plan

  variables {
    log_group_arns = { app = "arn:aws:logs:us-east-1:123456789012:log-group:a", audit = "arn:aws:logs:us-east-1:123456789012:log-group:b", platform = "arn:aws:logs:us-east-1:123456789012:log-group:c", control_plane = "" }
  }

  expect_failures = [aws_eks_cluster.this]
}

run "nothing_takes_what_is_newest_on_the_day" {
  command = plan

  variables {
    ebs_csi = true
  }

  assert {
    condition     = alltrue([for addon in merge(aws_eks_addon.before_nodes, aws_eks_addon.after_nodes) : addon.addon_version == var.versions.addons[addon.addon_name]])
    error_message = "Every add-on has the version that the environment's file gives."
  }

  assert {
    condition     = alltrue([for group in aws_eks_node_group.this : group.version == "1.36" && group.release_version == "1.36.0-20260923"])
    error_message = "Nodes have a release, and stay on it until a pull request moves them."
  }
}

run "a_node_that_fails_is_replaced_and_a_zone_can_be_left" {
  command = plan

  variables {
    zonal_shift = true
  }

  assert {
    condition     = alltrue([for group in aws_eks_node_group.this : group.node_repair_config[0].enabled]) && aws_eks_cluster.this.zonal_shift_config[0].enabled
    error_message = "Node repair is on in every group, zonal shift where it is asked for."
  }
}

run "the_kubelet_reserves_for_as_many_pods_as_it_takes" {
  command = plan

  assert {
    condition     = strcontains(base64decode(aws_launch_template.node.user_data), "maxPods: 35\n      kubeReserved:\n        cpu: 70m\n        memory: 640Mi\n")
    error_message = "255 MiB and 11 MiB for each of 35 pods: nodeadm itself counts the 17 of the type's table."
  }
}

run "who_is_on_call_and_the_rollback_button_are_a_group_and_nothing_else" {
  command = plan

  variables {
    on_call_role_arns = {
      on-call  = "arn:aws:iam::123456789012:role/acme-dev-on-call"
      rollback = "arn:aws:iam::123456789012:role/acme-ci-dev-rollback"
    }
  }

  assert {
    condition     = { for name, entry in aws_eks_access_entry.on_call : entry.principal_arn => join(" ", entry.kubernetes_groups) } == { for arn in values(var.on_call_role_arns) : arn => "service-oncall" } && length(aws_eks_access_policy_association.admin) == 1
    error_message = "A Role in platform/ says what the group may do; AWS's own access policies are for administrators."
  }
}

run "the_api_moves_first_and_the_nodes_follow" {
  command = plan

  variables {
    versions = merge(var.versions, { kubernetes = "1.37" })
  }

  assert {
    condition     = aws_eks_cluster.this.version == "1.37" && alltrue([for group in aws_eks_node_group.this : group.version == "1.36"])
    error_message = "Nodes may be one version behind the API, as an upgrade needs it."
  }
}
