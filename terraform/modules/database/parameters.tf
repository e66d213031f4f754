# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.PostgreSQL.CommonDBATasks.Parameters.html
locals {
  parameters = {
    # TLS or no connection.
    "rds.force_ssl" = "1"

    # A request has 30 s at the load balancer; a statement that outlives it works for nobody.
    "statement_timeout" = "30000"

    # A transaction left open blocks vacuum and, behind a migration's lock, everybody else.
    "idle_in_transaction_session_timeout" = "60000"

    # A migration sets a shorter one for itself; nothing waits longer than this for a lock.
    "lock_timeout" = "10000"

    # Statements slower than the 300 ms of the SLO are in the log.
    "log_min_duration_statement" = "300"

    # Statistics by statement; the extension itself is made by the bootstrap function (module secrets).
    "pg_stat_statements.track" = "top"
  }
}

resource "aws_db_parameter_group" "this" {
  name        = "${var.name}-postgres${split(".", var.engine_version)[0]}"
  family      = "postgres${split(".", var.engine_version)[0]}"
  description = "TLS forced, time limits, statement statistics"

  dynamic "parameter" {
    for_each = local.parameters

    content {
      name  = parameter.key
      value = parameter.value
    }
  }

  # Static: read when the server starts.
  parameter {
    name         = "shared_preload_libraries"
    value        = "pg_stat_statements"
    apply_method = "pending-reboot"
  }

  # A major upgrade needs the new group while the old one is still in use.
  lifecycle {
    create_before_destroy = true
  }
}
