mock_provider "aws" {
  source          = "../mocks"
  override_during = plan
}

# As prod is: what a run changes is all that differs from it.
variables {
  environment = "prod"

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
    inbound_cidrs    = ["0.0.0.0/0"]
    admin_cidrs      = ["203.0.113.0/24"]
  }

  dns = { domain = "service.example.com" }

  settings = {
    production              = true
    sleeps                  = false
    monthly_limit           = 500
    vpc_cidr                = "10.20.0.0/16"
    zone_count              = 2
    nat                     = "gateway"
    node_group_per_zone     = true
    coredns_replicas        = 2
    ebs_csi                 = true
    control_plane_logs      = ["audit"]
    web_on_nodes            = false
    database_class          = "db.t4g.small"
    multi_az                = true
    backup_retention_days   = 14
    deletion_protection     = true
    zonal_shift             = true
    waf                     = true
    time_zone               = "Etc/UTC"
    recovery_days           = 30
    customer_managed_key    = true
    dashboard               = true
    log_retention_days      = 90
    flow_log_retention_days = 30
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

  variables {
    settings = merge(var.settings, { production = false, sleeps = true })
  }

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
    condition     = output.values.cluster_name == "${local.project}-prod" && output.values.environment == "prod"
    error_message = "The folder's name is in every name."
  }

  assert {
    condition     = tomap(output.tags) == tomap({ Project = local.project, Environment = "prod", Owner = "platform-team", CostCentre = "1234", ManagedBy = "terraform" })
    error_message = "The five tags that cost is split by."
  }
}

run "asleep_it_has_none_and_the_evening_stops_the_database" {
  command = plan

  variables {
    settings = merge(var.settings, { production = false, sleeps = true })
  }

  override_data {
    target          = data.aws_ssm_parameter.wanted_state[0]
    override_during = plan
    values          = { insecure_value = "asleep" }
  }

  assert {
    condition     = length(module.cluster) == 0 && length(aws_scheduler_schedule.stop_database) == 1
    error_message = "Asleep, the cluster is gone, and the database is stopped again each evening."
  }
}

run "what_cannot_sleep_asks_no_parameter" {
  command = plan

  assert {
    condition     = length(data.aws_ssm_parameter.wanted_state) == 0 && length(module.cluster) == 1
    error_message = "An environment that never sleeps is awake without asking."
  }
}

# Every validation refuses what it is there to refuse.
run "environment_is_refused" {
  command = plan

  variables {
    environment = "bootstrap"
  }

  expect_failures = [var.environment]
}

run "account_is_refused" {
  command = plan

  variables {
    account = merge(var.account, { account_id = "1" })
  }

  expect_failures = [var.account]
}

run "account_is_refused_for_its_region" {
  command = plan

  variables {
    account = merge(var.account, { region = "Ireland" })
  }

  expect_failures = [var.account]
}

run "account_is_refused_for_a_tag_with_a_comma" {
  command = plan

  variables {
    account = merge(var.account, { owner = "platform-team, platform" })
  }

  expect_failures = [var.account]
}

run "access_is_refused_without_a_range" {
  command = plan

  variables {
    access = merge(var.access, { inbound_cidrs = [] })
  }

  expect_failures = [var.access]
}

run "access_is_refused_when_the_admin_is_open_to_everybody" {
  command = plan

  variables {
    access = merge(var.access, { admin_cidrs = ["0.0.0.0/0"] })
  }

  expect_failures = [var.access]
}

run "access_is_refused_when_production_names_nobody_for_the_admin" {
  command = plan

  variables {
    access = merge(var.access, { admin_cidrs = [] })
  }

  expect_failures = [var.access]
}

run "access_is_refused_when_anybody_may_be_on_call" {
  command = plan

  variables {
    access = merge(var.access, { on_call_principal_arns = ["arn:aws:iam::123456789012:role/*"] })
  }

  expect_failures = [var.access]
}

run "access_is_refused_for_http_to_everybody" {
  command = plan

  variables {
    dns      = null
    settings = merge(var.settings, { production = false })
  }

  expect_failures = [var.access, check.https]
}

run "dns_is_refused_when_production_has_none" {
  command = plan

  variables {
    dns    = null
    access = merge(var.access, { inbound_cidrs = ["198.51.100.0/24"] })
  }

  expect_failures = [var.dns]
}

run "settings_is_refused_for_a_time_zone_that_is_an_offset" {
  command = plan

  variables {
    settings = merge(var.settings, { time_zone = "+01" })
  }

  expect_failures = [var.settings]
}

run "settings_is_refused_when_production_sleeps" {
  command = plan

  variables {
    settings = merge(var.settings, { sleeps = true })
  }

  expect_failures = [var.settings]
}
