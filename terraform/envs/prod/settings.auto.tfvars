# What makes prod: nothing sleeps, nothing stands alone in one zone. What each means: modules/environment/variables.tf.
settings = {
  production              = true
  sleeps                  = false
  time_zone               = "Etc/UTC"
  monthly_limit           = 500
  vpc_cidr                = "10.20.0.0/16"
  zone_count              = 2
  nat                     = "gateway"
  node_group_per_zone     = true
  coredns_replicas        = 2
  ebs_csi                 = true
  control_plane_logs      = ["api", "audit", "authenticator", "controllerManager", "scheduler"]
  web_on_nodes            = false
  database_class          = "db.t4g.small"
  multi_az                = true
  backup_retention_days   = 14
  deletion_protection     = true
  zonal_shift             = true
  waf                     = true
  rotation_days           = 30
  recovery_days           = 30
  customer_managed_key    = true
  dashboard               = true
  log_retention_days      = 90
  flow_log_retention_days = 30
}
