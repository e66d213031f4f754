# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.PostgreSQL.CommonDBATasks.Parameters.html
locals {
  # Every one says when it is applied. Left out, Terraform asks for "immediate"; but a value that equals AWS's default AWS
  # keeps as "pending-reboot", whatever was asked, and every plan would change it again:
  # https://github.com/hashicorp/terraform-provider-aws/issues/39252
  parameters = {
    # TLS or no connection. The default since PostgreSQL 15, and said here so that nobody's default decides.
    "rds.force_ssl" = { value = "1", apply_method = "pending-reboot" }

    # A request has 30 s at the load balancer; a statement that outlives it works for nobody.
    "statement_timeout" = { value = "30000", apply_method = "immediate" }

    # A transaction left open blocks vacuum and, behind a migration's lock, everybody else.
    "idle_in_transaction_session_timeout" = { value = "60000", apply_method = "immediate" }

    # A migration sets a shorter one for itself; nothing waits longer than this for a lock.
    "lock_timeout" = { value = "10000", apply_method = "immediate" }

    # Statements slower than the 300 ms of the SLO are in the log.
    "log_min_duration_statement" = { value = "300", apply_method = "immediate" }

    # Read when the server starts; AWS's default. The extension is made by the bootstrap function (module secrets), and
    # counts by statement, which is its own default.
    "shared_preload_libraries" = { value = "pg_stat_statements", apply_method = "pending-reboot" }
  }

  major = split(".", var.engine_version)[0]
}

resource "aws_db_parameter_group" "this" {
  name        = "${var.name}-postgres${local.major}"
  family      = "postgres${local.major}"
  description = "TLS forced, time limits, statement statistics"

  dynamic "parameter" {
    for_each = local.parameters

    content {
      name         = parameter.key
      value        = parameter.value.value
      apply_method = parameter.value.apply_method
    }
  }

  # A major upgrade needs the new group while the old one is still in use.
  lifecycle {
    create_before_destroy = true
  }
}
