# Every validation refuses what it is there to refuse.

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

run "values_outside_of_their_bounds_are_refused" {
  command = plan

  variables {
    private_subnet_ids    = { us-east-1a = "subnet-1" }
    app_security_group_id = "acme-dev-app"
    api_public_cidrs      = []
    admin_role_arns       = []
    node_groups           = {}
    coredns_replicas      = 0
    control_plane_logs    = ["api"]
    secret_arns           = ["*"]
  }

  expect_failures = [
    var.private_subnet_ids,
    var.app_security_group_id,
    var.api_public_cidrs,
    var.admin_role_arns,
    var.node_groups,
    var.coredns_replicas,
    var.control_plane_logs,
    var.secret_arns,
  ]
}

run "an_api_that_is_open_to_everybody_is_refused_unless_asked_for" {
  command = plan

  variables {
    api_public_cidrs = ["0.0.0.0/0"]
  }

  expect_failures = [var.api_public_cidrs]
}

run "versions_is_refused_for_a_patch_of_kubernetes" {
  command = plan

  variables {
    versions = merge(var.versions, { kubernetes = "1.36.2" })
  }

  expect_failures = [var.versions]
}

run "versions_is_refused_for_nodes_newer_than_the_api" {
  command = plan

  variables {
    versions = merge(var.versions, { node_release = "1.37.0-20260923" })
  }

  expect_failures = [var.versions]
}

run "versions_is_refused_for_an_addon_without_a_version" {
  command = plan

  variables {
    versions = merge(var.versions, { addons = { vpc-cni = "v1.22.4-eksbuild.3" } })
  }

  expect_failures = [var.versions]
}
