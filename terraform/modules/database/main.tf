locals {
  database_name = "service"
  storage_gb    = 20 # the least that gp3 has on RDS, which grows it to five times that
}

resource "aws_db_subnet_group" "this" {
  name       = var.name
  subnet_ids = var.subnet_ids
}

resource "aws_db_instance" "this" {
  #checkov:skip=CKV2_AWS_69:rds.force_ssl is in the parameter group (parameters.tf), in a form that the check does not read
  #checkov:skip=CKV_AWS_226:The minor version is in the environment's versions file and moves by pull request, dev before prod
  #checkov:skip=CKV_AWS_161:The application's credentials rotate through Secrets Manager (docs/adr/0024); a second way in would be a second way to guard
  #checkov:skip=CKV_AWS_118:Enhanced monitoring is a bill for operating-system figures that RDS handles; the alarms use the free metrics
  #checkov:skip=CKV_AWS_353:Performance Insights is being replaced by Database Insights; pg_stat_statements is in the database itself
  #checkov:skip=CKV_AWS_354:No Performance Insights, see above
  #checkov:skip=CKV_AWS_157:Multi-AZ is the variable multi_az: on in prod, doubled price in dev
  #checkov:skip=CKV_AWS_293:Deletion protection is the variable deletion_protection: on in prod
  identifier     = var.name
  engine         = "postgres"
  engine_version = var.engine_version
  instance_class = var.instance_class
  db_name        = local.database_name

  # RDS makes this password, rotates it every 7 days, and Terraform never sees it. Only the bootstrap and rotation
  # functions read it (module secrets).
  username                      = "service_master"
  manage_master_user_password   = true
  master_user_secret_kms_key_id = var.kms_key_arn

  storage_type          = "gp3"
  allocated_storage     = local.storage_gb
  max_allocated_storage = local.storage_gb * 5
  storage_encrypted     = true
  kms_key_id            = var.kms_key_arn

  multi_az               = var.multi_az
  db_subnet_group_name   = aws_db_subnet_group.this.name
  vpc_security_group_ids = [aws_security_group.database.id]
  parameter_group_name   = aws_db_parameter_group.this.name
  publicly_accessible    = false

  # The only authorities that pods know (kustomize/components/database-ca), whatever the account's default is.
  ca_cert_identifier = "rds-ca-rsa2048-g1"

  # More than 0 days is what turns point-in-time recovery on.
  backup_retention_period  = var.backup_retention_days
  backup_window            = "03:00-03:30"
  maintenance_window       = "Sun:04:00-Sun:04:30"
  copy_tags_to_snapshot    = true
  delete_automated_backups = !var.deletion_protection

  # Minor versions move by pull request, dev first. AWS still forces one that it calls deprecated.
  auto_minor_version_upgrade      = false
  allow_major_version_upgrade     = var.allow_major_upgrade
  enabled_cloudwatch_logs_exports = ["postgresql"]

  deletion_protection       = var.deletion_protection
  skip_final_snapshot       = !var.deletion_protection
  final_snapshot_identifier = var.deletion_protection ? "${var.name}-final" : null

  tags = { Name = var.name }

  depends_on = [aws_cloudwatch_log_group.postgresql]

  lifecycle {
    # Another value of these replaces the instance. One made before a renaming keeps what it has (docs/changes.md).
    ignore_changes = [db_name, username]
  }
}

# Made here so that it has a retention: RDS would make it without.
resource "aws_cloudwatch_log_group" "postgresql" {
  #checkov:skip=CKV_AWS_338:How long is the variable log_retention_days; the audit trail has its own group
  #checkov:skip=CKV_AWS_158:The key is the variable kms_key_arn: prod gives one, dev uses CloudWatch's own encryption
  name              = "/aws/rds/instance/${var.name}/postgresql"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}
