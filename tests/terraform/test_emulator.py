"""Each gap that the emulator fills works with it, and is still a gap in moto without it: else it should go."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.terraform.account import Account, emulated
from tests.terraform.left_behind import left_behind

pytestmark = pytest.mark.ci


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    with emulated(tmp_path_factory.mktemp("filled")) as account:
        yield account


@pytest.fixture(scope="module")
def vanilla(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    with emulated(tmp_path_factory.mktemp("vanilla"), vanilla=True) as account:
        yield account


def cluster(account: Account, name: str) -> Any:
    ec2 = account.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    subnets = [ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.9.{i}.0/24")["Subnet"]["SubnetId"] for i in (1, 2)]
    return account.client("eks").create_cluster(
        name=name,
        version="1.36",
        roleArn="arn:aws:iam::123456789012:role/cluster",
        resourcesVpcConfig={"subnetIds": subnets},
        accessConfig={"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": False},
        upgradePolicy={"supportType": "STANDARD"},
        zonalShiftConfig={"enabled": True},
    )["cluster"]


def access_configuration(account: Account) -> bool:
    created = cluster(account, "access")
    return bool(
        created.get("accessConfig", {}).get("authenticationMode") == "API"
        and created.get("upgradePolicy") == {"supportType": "STANDARD"}
        and created.get("zonalShiftConfig") == {"enabled": True}
        and created["resourcesVpcConfig"].get("clusterSecurityGroupId", "").startswith("sg-")
    )


def addon(account: Account) -> bool:
    cluster(account, "addon")
    eks = account.client("eks")
    eks.create_addon(clusterName="addon", addonName="vpc-cni", tags={"a": "b"})
    return bool(eks.describe_addon(clusterName="addon", addonName="vpc-cni")["addon"]["tags"] == {"a": "b"})


def access_entry(account: Account) -> bool:
    cluster(account, "entry")
    eks, role = account.client("eks"), "arn:aws:iam::123456789012:role/admin"
    policy = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
    eks.create_access_entry(clusterName="entry", principalArn=role, kubernetesGroups=["g"])
    eks.associate_access_policy(
        clusterName="entry", principalArn=role, policyArn=policy, accessScope={"type": "cluster"}
    )
    listed = eks.list_associated_access_policies(clusterName="entry", principalArn=role)["associatedAccessPolicies"]
    return [each["policyArn"] for each in listed] == [policy]


def node_group_version(account: Account) -> bool:
    subnets = cluster(account, "group")["resourcesVpcConfig"]["subnetIds"]
    made = account.client("eks").create_nodegroup(
        clusterName="group",
        nodegroupName="g",
        subnets=subnets,
        nodeRole="arn:aws:iam::123456789012:role/node",
        updateConfig={"maxUnavailable": 1},
        nodeRepairConfig={"enabled": True},
        releaseVersion="1.36.0-20260923",
    )["nodegroup"]
    return bool(
        made.get("version") == "1.36"
        and made.get("releaseVersion") == "1.36.0-20260923"
        and made.get("nodeRepairConfig") == {"enabled": True}
        and not made.get("remoteAccess")
    )


def anomaly_monitor(account: Account) -> bool:
    ce = account.client("ce")
    monitor = {"MonitorName": "m", "MonitorType": "DIMENSIONAL", "MonitorDimension": "SERVICE"}
    arn = ce.create_anomaly_monitor(AnomalyMonitor=monitor)["MonitorArn"]
    return bool(ce.get_anomaly_monitors(MonitorArnList=[arn])["AnomalyMonitors"][0]["MonitorName"] == "m")


def cost_allocation_tag(account: Account) -> bool:
    ce = account.client("ce")
    ce.update_cost_allocation_tags_status(CostAllocationTagsStatus=[{"TagKey": "Project", "Status": "Active"}])
    return bool(ce.list_cost_allocation_tags(TagKeys=["Project"])["CostAllocationTags"][0]["Status"] == "Active")


def budget_subscribers(account: Account) -> bool:
    budgets = account.client("budgets")
    notification = {"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 80.0}
    subscriber = {"SubscriptionType": "EMAIL", "Address": "team@example.com"}
    budgets.create_budget(
        AccountId="123456789012",
        Budget={
            "BudgetName": "b",
            "BudgetType": "COST",
            "TimeUnit": "MONTHLY",
            "BudgetLimit": {"Amount": "50", "Unit": "USD"},
        },
        NotificationsWithSubscribers=[{"Notification": notification, "Subscribers": [subscriber]}],
    )
    found = budgets.describe_subscribers_for_notification(
        AccountId="123456789012", BudgetName="b", Notification=notification
    )
    return bool(found["Subscribers"] == [subscriber])


def parameter_source(account: Account) -> bool:
    rds = account.client("rds")
    rds.create_db_parameter_group(DBParameterGroupName="g", DBParameterGroupFamily="postgres18", Description="d")
    parameter = {"ParameterName": "lock_timeout", "ParameterValue": "1", "ApplyMethod": "immediate"}
    rds.modify_db_parameter_group(DBParameterGroupName="g", Parameters=[parameter])
    found = rds.describe_db_parameters(DBParameterGroupName="g")["Parameters"]
    return bool(found[0].get("Source") == "user")


def launch_template_tags(account: Account) -> bool:
    ec2 = account.client("ec2")
    ec2.create_launch_template(
        LaunchTemplateName="template",
        LaunchTemplateData={"InstanceType": "t3a.medium"},
        TagSpecifications=[{"ResourceType": "launch-template", "Tags": [{"Key": "a", "Value": "b"}]}],
    )
    version = ec2.describe_launch_template_versions(LaunchTemplateName="template")["LaunchTemplateVersions"][0]
    return "TagSpecifications" not in version["LaunchTemplateData"]


def rule_description(account: Account) -> bool:
    ec2 = account.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.8.0.0/16")["Vpc"]["VpcId"]
    group = ec2.create_security_group(GroupName="group", Description="d", VpcId=vpc)["GroupId"]
    pair = {"GroupId": group, "Description": "from itself"}
    permission = {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 1, "UserIdGroupPairs": [pair]}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])
    rules = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])["SecurityGroupRules"]
    return [rule.get("Description") for rule in rules if not rule["IsEgress"]] == ["from itself"]


def tls_only_bucket(account: Account) -> bool:
    s3 = account.client("s3")
    s3.create_bucket(Bucket="tls-only")
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::tls-only/*"}
    condition = {"Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    s3.put_bucket_policy(
        Bucket="tls-only", Policy=json.dumps({"Version": "2012-10-17", "Statement": [deny | condition]})
    )
    s3.put_object(Bucket="tls-only", Key="k", Body=b"x")
    return bool(s3.get_object(Bucket="tls-only", Key="k")["Body"].read() == b"x")


def delete_markers(account: Account) -> bool:
    s3 = account.client("s3")
    s3.create_bucket(Bucket="versioned")
    s3.put_bucket_versioning(Bucket="versioned", VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket="versioned", Key="k", Body=b"x")
    s3.delete_object(Bucket="versioned", Key="k")
    s3.put_bucket_versioning(Bucket="versioned", VersioningConfiguration={"Status": "Suspended"})
    listed = s3.list_object_versions(Bucket="versioned")
    every = [*listed["Versions"], *listed["DeleteMarkers"]]
    objects = [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in every]
    return "Errors" not in s3.delete_objects(Bucket="versioned", Delete={"Objects": objects})


def rotation_before_the_first_value(account: Account) -> bool:
    secrets = account.client("secretsmanager")
    secrets.create_secret(Name="empty")
    function = "arn:aws:lambda:us-east-1:123456789012:function:rotate"
    rules = {"AutomaticallyAfterDays": 30}
    secrets.rotate_secret(SecretId="empty", RotationLambdaARN=function, RotationRules=rules, RotateImmediately=False)
    return bool(secrets.describe_secret(SecretId="empty")["RotationRules"] == rules)


def saved_query(account: Account) -> bool:
    logs = account.client("logs")
    wanted = {"name": "todo/q", "queryString": "limit 1", "logGroupNames": ["/todo/app"]}
    made = logs.put_query_definition(**wanted)["queryDefinitionId"]
    logs.put_query_definition(queryDefinitionId=made, **wanted | {"queryString": "limit 2"})
    (found,) = logs.describe_query_definitions(queryDefinitionNamePrefix="todo/")["queryDefinitions"]
    logs.delete_query_definition(queryDefinitionId=made)
    left = logs.describe_query_definitions()["queryDefinitions"]
    return bool(found["queryDefinitionId"] == made and found["queryString"] == "limit 2" and not left)


GAPS = [
    saved_query,
    rotation_before_the_first_value,
    access_configuration,
    addon,
    access_entry,
    node_group_version,
    anomaly_monitor,
    cost_allocation_tag,
    budget_subscribers,
    parameter_source,
    launch_template_tags,
    rule_description,
    tls_only_bucket,
    delete_markers,
]


def works(gap: Callable[[Account], bool], account: Account) -> bool:
    """Say whether the account does what AWS does; a refusal or an answer without the field is a no."""
    try:
        return gap(account)
    except (ClientError, KeyError, IndexError):
        return False


@pytest.mark.parametrize("gap", GAPS, ids=lambda gap: gap.__name__)
def test_the_gap_is_filled(filled: Account, gap: Callable[[Account], bool]) -> None:
    assert gap(filled)


@pytest.mark.parametrize("gap", GAPS, ids=lambda gap: gap.__name__)
def test_moto_still_has_the_gap(vanilla: Account, gap: Callable[[Account], bool]) -> None:
    assert not works(gap, vanilla), "moto does this itself now: remove the filler"


def test_what_nothing_answers_is_refused_at_once_and_named(filled: Account) -> None:
    with pytest.raises(ClientError) as refused:
        filled.client("logs").create_log_anomaly_detector(logGroupArnList=["arn:aws:logs:us-east-1:1:log-group:x"])
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501
    assert "CreateLogAnomalyDetector" in filled.unanswered()


def test_a_call_that_comes_again_is_answered_as_the_first_time_and_another_is_not(filled: Account) -> None:
    client, call = filled.client("dynamodb"), "one"
    client.create_table(
        TableName="locks",
        KeySchema=[{"AttributeName": "LockID", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "LockID", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    client.meta.events.register(
        "before-send", lambda request, **_: request.headers.__setitem__("amz-sdk-invocation-id", call)
    )

    def lock() -> None:
        client.put_item(
            TableName="locks", Item={"LockID": {"S": "state"}}, ConditionExpression="attribute_not_exists(LockID)"
        )

    lock()
    lock()
    call = "another"
    with pytest.raises(ClientError, match="ConditionalCheckFailed"):
        lock()


def test_what_a_destroy_would_leave_is_named(tmp_path: Path) -> None:
    with emulated(tmp_path) as account:
        assert left_behind(account) == []
        vpc = account.client("ec2").create_vpc(CidrBlock="10.7.0.0/16")["Vpc"]["VpcId"]
        account.client("ec2").create_volume(AvailabilityZone="us-east-1a", Size=1)
        account.client("logs").create_log_group(logGroupName="/todo-dev/app")
        account.client("ssm").put_parameter(Name="/todo/dev/wanted-state", Value="awake", Type="String")
        account.client("iam").create_role(RoleName="todo-dev-web", AssumeRolePolicyDocument="{}")
        account.client("s3").create_bucket(Bucket="todo-state")
        found = left_behind(account)
    assert {vpc, "/todo-dev/app", "/todo/dev/wanted-state", "todo-dev-web", "todo-state"} <= set(found)
    assert any(name.startswith("vol-") for name in found)


def test_a_missing_addon_is_not_found(filled: Account) -> None:
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        filled.client("eks").describe_addon(clusterName="none", addonName="none")
