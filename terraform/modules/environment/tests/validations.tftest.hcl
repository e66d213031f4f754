# Every validation refuses what it is there to refuse.

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
