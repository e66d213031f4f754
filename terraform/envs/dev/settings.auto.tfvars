# What makes dev: cheap, and able to sleep. What each means: modules/environment/variables.tf.
settings = {
  production              = false
  sleeps                  = true
  time_zone               = "Etc/UTC"
  monthly_limit           = 50
  vpc_cidr                = "10.10.0.0/16"
  zone_count              = 2
  nat                     = "instance"
  node_group_per_zone     = false
  coredns_replicas        = 1
  ebs_csi                 = false
  control_plane_logs      = ["audit", "authenticator"]
  web_on_nodes            = false
  database_class          = "db.t4g.micro"
  multi_az                = false
  backup_retention_days   = 7
  deletion_protection     = false
  zonal_shift             = false
  waf                     = false
  recovery_days           = 0
  customer_managed_key    = false
  dashboard               = false
  log_retention_days      = 7
  flow_log_retention_days = 0
}
