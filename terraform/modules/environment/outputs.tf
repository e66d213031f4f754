output "tags" {
  description = "Tags of everything; the root gives them to its provider."
  value       = local.tags
}

# The keys of kustomize/overlays/<env>/values.env (terraform/values.keys), in lower case: each is known awake and asleep,
# so that a night does not change a committed file.
output "values" {
  description = "What Kubernetes manifests and the release tool must know of the account, by key."
  value = {
    # Address ranges that reach the admin, joined by commas; empty where it is open to all that reach the service.
    admin_cidrs = jsonencode(var.access.admin_cidrs)

    # What every CloudWatch alarm of the environment starts with.
    alarm_prefix = "${local.name}-"

    # SNS topic that alarms go to.
    alarm_topic_arn = module.observability.alarm_topic_arn

    # Secret with the web pods' database login.
    app_database_secret_arn = module.secrets.secret_arns["app_database"]

    # Log group of the application's standard output.
    app_log_group = module.observability.log_group_names["app"]

    # The only security group of the application's pods on Fargate.
    app_security_group_id = aws_security_group.app.id

    # Log group of the audit trail.
    audit_log_group = module.observability.log_group_names["audit"]

    # AWS account.
    aws_account_id = local.account_id

    # AWS region.
    aws_region = local.region

    # Lambda function that makes database roles and first secret values.
    bootstrap_function = module.secrets.function_names["bootstrap"]

    # Certificate of the load balancer; empty without a domain.
    certificate_arn = join("", module.dns[*].certificate_arn)

    # Role of the cluster autoscaler.
    cluster_autoscaler_role_arn = "${local.roles}/${local.name}-cluster-autoscaler"

    # Name of the EKS cluster.
    cluster_name = local.name

    # RDS identifier, which sleep and wake stop and start.
    database_identifier = module.database.identifier

    # Host name of the database.
    db_host = module.database.host

    # Name of the database.
    db_name = module.database.database_name

    # Port of the database.
    db_port = module.database.port

    # Secret with Django's key.
    django_secret_key_secret_arn = module.secrets.secret_arns["django_secret_key"]

    # Host name of the service; empty when the load balancer's own name serves http.
    domain = var.dns == null ? "" : var.dns.domain

    # Name of the environment.
    environment = local.environment

    # Role of who is on call; empty where nobody may become it.
    on_call_role_arn = local.on_call_count > 0 ? "${local.roles}/${local.name}-on-call" : ""

    # Role of external-dns; empty without a domain.
    external_dns_role_arn = var.dns == null ? "" : "${local.roles}/${local.name}-external-dns"

    # Role of Fluent Bit on the nodes.
    fluent_bit_role_arn = "${local.roles}/${local.name}-fluent-bit"

    # What an image reference starts with.
    image_repository = "${coalesce(var.account.registry_account_id, local.account_id)}.dkr.ecr.${local.region}.amazonaws.com/${local.project}"

    # Address ranges that reach the load balancer, joined by commas.
    inbound_cidrs = join(",", var.access.inbound_cidrs)

    # Secret with the ring of token keys.
    jwt_signing_keys_secret_arn = module.secrets.secret_arns["jwt_signing_keys"]

    # Role of the AWS Load Balancer Controller.
    load_balancer_controller_role_arn = "${local.roles}/${local.name}-load-balancer-controller"

    # Secret with the migrate Job's database login.
    migrate_database_secret_arn = module.secrets.secret_arns["migrate_database"]

    # Log group of what runs on the nodes.
    platform_log_group = module.observability.log_group_names["platform"]

    # Tags for what controllers make in AWS (load balancer, volumes), as key=value joined by commas.
    resource_tags = join(",", [for key, value in local.tags : "${key}=${value}"])

    # Role of the secrets mirror.
    secrets_mirror_role_arn = "${local.roles}/${local.name}-secrets-mirror"

    # Address range of the VPC, from which the load balancer speaks to the pods.
    vpc_cidr = var.settings.vpc_cidr

    # VPC, which the load balancer controller cannot look up where it runs.
    vpc_id = module.network.vpc_id

    # Role of the web pods.
    web_role_arn = "${local.roles}/${local.name}-web"
  }
}
