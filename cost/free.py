"""Resource types that bill nothing by themselves. Their traffic and log lines are in environments/NAME.ini.

A type that is neither here nor priced stops the report: an unknown bill must not read as zero.
"""

FREE = frozenset(
    {
        "aws_acm_certificate",
        "aws_acm_certificate_validation",
        "aws_budgets_budget",  # actions bill, notifications do not
        "aws_cloudwatch_log_group",
        "aws_cloudwatch_log_metric_filter",  # the metric bills, once a line matches: environments/NAME.ini
        "aws_cloudwatch_query_definition",  # running one bills $0.005 for each GB it reads: less than a cent
        "aws_db_parameter_group",
        "aws_db_subnet_group",
        "aws_default_security_group",
        "aws_eks_access_entry",
        "aws_eks_access_policy_association",
        "aws_eks_addon",
        "aws_eks_fargate_profile",
        "aws_flow_log",
        "aws_iam_openid_connect_provider",
        "aws_iam_role",
        "aws_iam_role_policy",
        "aws_iam_role_policy_attachment",
        "aws_internet_gateway",
        "aws_kms_alias",
        "aws_lambda_function",  # two calls a month: less than a cent
        "aws_lambda_permission",
        "aws_launch_template",
        "aws_route",
        "aws_route53_record",
        "aws_route_table",
        "aws_route_table_association",
        "aws_scheduler_schedule",  # 30 calls a month of 14 million that are free
        "aws_secretsmanager_secret_policy",
        "aws_secretsmanager_secret_rotation",
        "aws_security_group",
        "aws_sns_topic",
        "aws_sns_topic_policy",
        "aws_sns_topic_subscription",  # mail: the first 1,000 a month are free, then $2 for 100,000
        "aws_subnet",
        "aws_vpc",
        "aws_vpc_endpoint",  # gateway endpoints: the plan-policy tests forbid interfaces
        "aws_vpc_security_group_egress_rule",
        "aws_vpc_security_group_ingress_rule",
        "aws_wafv2_web_acl_association",
        "terraform_data",  # a word in the state
    }
)
