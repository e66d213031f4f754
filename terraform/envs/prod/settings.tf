# What makes this environment prod: nothing sleeps, nothing stands alone in one zone.
locals {
  environment = "prod"
  awake       = true

  settings = {
    zone_count              = 2
    nat                     = "gateway"
    node_group_per_zone     = true
    coredns_replicas        = 2
    ebs_csi                 = true
    control_plane_logs      = ["api", "audit", "authenticator", "controllerManager", "scheduler"]
    database_class          = "db.t4g.small"
    multi_az                = true
    backup_retention_days   = 14
    rotation_days           = 30
    recovery_days           = 30
    customer_managed_key    = true
    dashboard               = true
    log_retention_days      = 90
    flow_log_retention_days = 30
  }
}
