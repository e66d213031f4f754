# What makes this environment dev: cheap, and able to sleep.

# The wanted state, awake or asleep, is data in the account: every apply reads it, so that a merge neither wakes nor
# kills dev by accident. terraform/bin/sleep and terraform/bin/wake write it.
data "aws_ssm_parameter" "wanted_state" {
  name = "/${local.project}/${local.environment}/wanted-state"
}

locals {
  environment  = "dev"
  wanted_state = data.aws_ssm_parameter.wanted_state.insecure_value
  awake        = local.wanted_state == "awake"

  settings = {
    zone_count              = 2
    nat                     = "instance"
    node_group_per_zone     = false
    coredns_replicas        = 1
    ebs_csi                 = false
    control_plane_logs      = ["audit", "authenticator"]
    database_class          = "db.t4g.micro"
    multi_az                = false
    backup_retention_days   = 7
    rotation_days           = null
    recovery_days           = 0
    customer_managed_key    = false
    dashboard               = false
    log_retention_days      = 7
    flow_log_retention_days = 0
  }
}

check "wanted_state" {
  assert {
    condition     = contains(["awake", "asleep"], local.wanted_state)
    error_message = "${data.aws_ssm_parameter.wanted_state.name} holds neither \"awake\" nor \"asleep\"; what is not \"awake\" is taken for asleep."
  }
}
