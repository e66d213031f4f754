"""Finds leftovers in an account: kinds that bill, or whose names block the next apply."""

from collections.abc import Iterator

from tests.terraform.account import Account


def left_behind(account: Account) -> list[str]:
    """Name what is left, sorted; what AWS itself keeps in an account without anything does not count."""
    return sorted([*_network(account), *_compute(account), *_data(account), *_names(account), *_identities(account)])


def _network(account: Account) -> Iterator[str]:
    # No network interfaces: moto keeps some of a VPC that is gone, which AWS would not have let go.
    ec2 = account.client("ec2")
    yield from (vpc["VpcId"] for vpc in ec2.describe_vpcs()["Vpcs"] if not vpc["IsDefault"])
    yield from (address["PublicIp"] for address in ec2.describe_addresses()["Addresses"])
    gateways = ec2.describe_nat_gateways()["NatGateways"]
    yield from (gateway["NatGatewayId"] for gateway in gateways if gateway["State"] != "deleted")
    balancers = account.client("elbv2").describe_load_balancers()["LoadBalancers"]
    yield from (balancer["LoadBalancerName"] for balancer in balancers)
    yield from (zone["Name"] for zone in account.client("route53").list_hosted_zones()["HostedZones"])
    certificates = account.client("acm").list_certificates()["CertificateSummaryList"]
    yield from (certificate["CertificateArn"] for certificate in certificates)


def _compute(account: Account) -> Iterator[str]:
    ec2 = account.client("ec2")
    yield from account.client("eks").list_clusters()["clusters"]
    yield from (
        instance["InstanceId"]
        for reservation in ec2.describe_instances()["Reservations"]
        for instance in reservation["Instances"]
        if instance["State"]["Name"] != "terminated"
    )
    yield from (volume["VolumeId"] for volume in ec2.describe_volumes()["Volumes"])
    yield from (template["LaunchTemplateName"] for template in ec2.describe_launch_templates()["LaunchTemplates"])
    yield from (function["FunctionName"] for function in account.client("lambda").list_functions()["Functions"])
    yield from (schedule["Name"] for schedule in account.client("scheduler").list_schedules()["Schedules"])


def _data(account: Account) -> Iterator[str]:
    rds, kms = account.client("rds"), account.client("kms")
    yield from (database["DBInstanceIdentifier"] for database in rds.describe_db_instances()["DBInstances"])
    yield from (group["DBSubnetGroupName"] for group in rds.describe_db_subnet_groups()["DBSubnetGroups"])
    yield from (group["DBParameterGroupName"] for group in rds.describe_db_parameter_groups()["DBParameterGroups"])
    yield from (secret["Name"] for secret in account.client("secretsmanager").list_secrets()["SecretList"])
    yield from (bucket["Name"] for bucket in account.client("s3").list_buckets()["Buckets"])
    yield from account.client("dynamodb").list_tables()["TableNames"]
    repositories = account.client("ecr").describe_repositories()["repositories"]
    yield from (repository["repositoryName"] for repository in repositories)
    # A key waits 30 days for its deletion, and costs nothing meanwhile; AWS's own default keys stay, and cost nothing.
    keys = [kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"] for key in kms.list_keys()["Keys"]]
    ours = [key for key in keys if not key["Description"].startswith("Default ")]
    yield from (key["KeyId"] for key in ours if key["KeyState"] != "PendingDeletion")


def _names(account: Account) -> Iterator[str]:
    yield from (group["logGroupName"] for group in account.client("logs").describe_log_groups()["logGroups"])
    saved = account.client("logs").describe_query_definitions()["queryDefinitions"]
    yield from (query["name"] for query in saved)
    yield from (alarm["AlarmName"] for alarm in account.client("cloudwatch").describe_alarms()["MetricAlarms"])
    dashboards = account.client("cloudwatch").list_dashboards()["DashboardEntries"]
    yield from (dashboard["DashboardName"] for dashboard in dashboards)
    yield from (topic["TopicArn"] for topic in account.client("sns").list_topics()["Topics"])
    found = account.client("ssm").describe_parameters()["Parameters"]
    yield from (parameter["Name"] for parameter in found if not parameter["Name"].startswith("/aws/"))
    budgets = account.client("budgets").describe_budgets(AccountId="123456789012")["Budgets"]
    yield from (budget["BudgetName"] for budget in budgets)


def _identities(account: Account) -> Iterator[str]:
    iam = account.client("iam")
    roles = iam.list_roles()["Roles"]
    yield from (role["RoleName"] for role in roles if not role["Path"].startswith("/aws-service-role/"))
    yield from (policy["PolicyName"] for policy in iam.list_policies(Scope="Local")["Policies"])
    providers = iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]
    yield from (provider["Arn"] for provider in providers)
