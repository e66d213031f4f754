mock_provider "aws" {
  source          = "../mocks"
  override_during = plan
}

# As dev is.
variables {
  environment = "dev"

  account = {
    account_id      = "123456789012"
    region          = "us-east-1"
    owner           = "platform-team"
    cost_centre     = "1234"
    email_addresses = ["team@example.com"]
  }

  access = {
    admin_role_arns  = ["arn:aws:iam::123456789012:role/Administrator"]
    api_public_cidrs = ["198.51.100.0/24"]
    inbound_cidrs    = ["198.51.100.0/24"]
  }

  settings = {
    production              = false
    sleeps                  = true
    monthly_limit           = 50
    vpc_cidr                = "10.10.0.0/16"
    zone_count              = 2
    nat                     = "instance"
    node_group_per_zone     = false
    coredns_replicas        = 1
    ebs_csi                 = false
    control_plane_logs      = ["audit"]
    web_on_nodes            = false
    database_class          = "db.t4g.micro"
    multi_az                = false
    backup_retention_days   = 7
    deletion_protection     = false
    zonal_shift             = false
    waf                     = false
    time_zone               = "Etc/UTC"
    recovery_days           = 0
    customer_managed_key    = false
    dashboard               = false
    log_retention_days      = 7
    flow_log_retention_days = 0
  }

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
    postgresql     = "18.4"
    lambda_runtime = "python3.12"
  }
}

run "awake_it_has_a_cluster_and_names_that_start_with_project_and_environment" {
  command = plan

  override_data {
    target          = data.aws_ssm_parameter.wanted_state[0]
    override_during = plan
    values          = { insecure_value = "awake" }
  }

  assert {
    condition     = length(module.cluster) == 1 && length(aws_scheduler_schedule.stop_database) == 0
    error_message = "Awake, the cluster is there, and nothing stops the database."
  }

  assert {
    condition     = output.values.cluster_name == "${local.project}-dev" && output.values.environment == "dev"
    error_message = "The folder's name is in every name."
  }

  assert {
    condition     = tomap(output.tags) == tomap({ Project = local.project, Environment = "dev", Owner = "platform-team", CostCentre = "1234", ManagedBy = "terraform" })
    error_message = "The five tags that cost is split by."
  }

  expect_failures = [check.https]
}

run "asleep_it_has_none_and_the_evening_stops_the_database" {
  command = plan

  override_data {
    target          = data.aws_ssm_parameter.wanted_state[0]
    override_during = plan
    values          = { insecure_value = "asleep" }
  }

  assert {
    condition     = length(module.cluster) == 0 && length(aws_scheduler_schedule.stop_database) == 1
    error_message = "Asleep, the cluster is gone, and the database is stopped again each evening."
  }

  expect_failures = [check.https]
}

run "what_cannot_sleep_asks_no_parameter" {
  command = plan

  variables {
    settings = merge(var.settings, { sleeps = false })
  }

  assert {
    condition     = length(data.aws_ssm_parameter.wanted_state) == 0 && length(module.cluster) == 1
    error_message = "An environment that never sleeps is awake without asking."
  }

  expect_failures = [check.https]
}
