"""Requests that a role of one environment could make on another one: all that AWS can do, on all that is there."""

import functools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3

from tests.terraform.iam import Request, Role
from tests.terraform.plans import of_type, resources
from tests.terraform.terraform import ACCOUNT

REGION = "us-east-1"
# IAM's prefix to botocore's name, where they differ.
MODELS = {"elasticloadbalancing": "elbv2"}
# Actions without an operation of that name.
MORE = {"lambda": ["InvokeFunction"], "iam": ["PassRole"], "s3": ["PutObject", "GetObject", "DeleteObject"]}
# Calls that AWS judges without a resource, so that they touch none: lists and descriptions of everything, and saved
# queries, which hold no data. https://docs.aws.amazon.com/service-authorization/latest/reference/
WITHOUT_RESOURCE = (
    r"(acm|autoscaling|ec2|elasticloadbalancing|kms|route53|lambda):(Describe|List)\w*s|ec2:Describe\w+"
    r"|elasticloadbalancing:Describe\w+|cloudwatch:(Describe|List)\w+|logs:(Describe(LogGroups|QueryDefinitions)"
    r"|(Put|Delete)QueryDefinition|GetQueryResults|StopQuery)|ecr:GetAuthorizationToken|eks:CreateCluster"
    r"|kms:CreateKey|ec2:GetInstanceTypesFromInstanceRequirements|rds:DescribeDBEngineVersions|eks:DescribeAddonVersions"
)


@dataclass(frozen=True)
class Thing:
    """Something of an environment, as IAM sees it."""

    arn: str
    tags: tuple[tuple[str, str], ...] = ()


@functools.cache
def operations(service: str) -> list[str]:
    make: Any = boto3.client  # any service, so no service's own type
    client = make(MODELS.get(service, service), region_name=REGION, aws_access_key_id="-", aws_secret_access_key="-")
    found = [*client.meta.service_model.operation_names, *MORE.get(service, [])]
    return [name for name in found if not re.fullmatch(WITHOUT_RESOURCE, f"{service}:{name}")]


@functools.cache
def managed() -> dict[str, dict[str, Any]]:
    """Return the policies that AWS writes, by name, as moto keeps them."""
    from moto.iam.aws_managed_policies import aws_managed_policies_data  # noqa: PLC0415 (two megabytes)

    data: dict[str, Any] = json.loads(aws_managed_policies_data)
    return {name: policy["Document"] for name, policy in data.items()}


def roles(state: dict[str, Any], boundaries: dict[str, dict[str, Any]]) -> list[Role]:
    """Return the roles of a state with all that is attached to them."""
    policies: dict[str, list[dict[str, Any]]] = {}
    for inline in of_type(state, "aws_iam_role_policy").values():
        policies.setdefault(inline["role"], []).append(json.loads(inline["policy"]))
    own = {policy["arn"]: json.loads(policy["policy"]) for policy in of_type(state, "aws_iam_policy").values()}
    for attached in of_type(state, "aws_iam_role_policy_attachment").values():
        arn = attached["policy_arn"]
        policies.setdefault(attached["role"], []).append(own.get(arn) or managed()[arn.rsplit("/", 1)[-1]])
    return [
        Role(role["name"], tuple(policies.get(role["name"], [])), boundaries.get(role["permissions_boundary"]))
        for role in of_type(state, "aws_iam_role").values()
    ]


def things(state: dict[str, Any], environment: str) -> Iterator[Thing]:
    """Return what an environment consists of: what Terraform made, and what AWS and the controllers make for it."""
    for each in resources(state):
        arn = each["values"].get("arn")
        tags = {key: value for key, value in (each["values"].get("tags_all") or {}).items() if value}
        if isinstance(arn, str) and (tags.get("Environment") == environment or re.search(rf"\b{environment}\b", arn)):
            yield Thing(arn, tuple(tags.items()))
            if ":log-group:" in arn:
                yield Thing(f"{arn}:log-stream:pod", tuple(tags.items()))
    name, prefix = f"todo-{environment}", f"{REGION}:{ACCOUNT}"
    own = (("Environment", environment), ("elbv2.k8s.aws/cluster", name))
    balancer = f"arn:aws:elasticloadbalancing:{prefix}"
    yield Thing(f"arn:aws:ec2:{prefix}:security-group/sg-of-eks", (("aws:eks:cluster-name", name),))
    yield Thing(f"arn:aws:ec2:{prefix}:security-group/sg-of-controller", own)
    yield Thing(f"arn:aws:ec2:{prefix}:network-interface/eni-of-cni", (("Environment", environment),))
    yield Thing(f"arn:aws:ec2:{prefix}:instance/i-node", (("Environment", environment),))
    yield Thing(f"arn:aws:ec2:{prefix}:volume/vol-node", (("Environment", environment),))
    yield Thing(f"{balancer}:loadbalancer/app/k8s/1", own)
    yield Thing(f"{balancer}:targetgroup/k8s/1", own)
    yield Thing(
        f"arn:aws:autoscaling:{prefix}:autoScalingGroup:1:autoScalingGroupName/eks-1",
        ((f"k8s.io/cluster-autoscaler/{name}", "owned"),),
    )
    yield Thing(
        f"arn:aws:secretsmanager:{prefix}:secret:rds!db-of-{environment}",
        (("aws:rds:primaryDBInstanceArn", f"arn:aws:rds:{prefix}:db:{name}"),),
    )
    yield Thing(f"arn:aws:s3:::todo-state-{ACCOUNT}-{REGION}/{environment}.tfstate")
    yield Thing(f"arn:aws:s3:::todo-state-{ACCOUNT}-{REGION}/{environment}.tfstate.tflock")
    yield Thing(f"arn:aws:iam::{ACCOUNT}:role/todo-ci-{environment}-apply")
    yield Thing(f"arn:aws:iam::{ACCOUNT}:policy/todo-ci-{environment}-boundary")


def context(thing: Thing, attacker: str) -> dict[str, str]:
    """Return a request's context at its worst: the caller chooses tag, region, boundary and names."""
    return {f"aws:resourcetag/{key}".lower(): value for key, value in thing.tags} | {
        "aws:requestedregion": REGION,
        "aws:requesttag/environment": attacker,
        "aws:requesttag/elbv2.k8s.aws/cluster": f"todo-{attacker}",
        "aws:requesttag/ebs.csi.aws.com/cluster": "true",
        "iam:permissionsboundary": f"arn:aws:iam::{ACCOUNT}:policy/todo-ci-{attacker}-boundary",
        "iam:passedtoservice": "lambda.amazonaws.com",
        "kms:viaservice": f"secretsmanager.{REGION}.amazonaws.com",
        "dynamodb:leadingkeys": "elsewhere",
    }


def allowed(role: Role, thing: Thing, attacker: str) -> list[str]:
    """Return every action that the role may do to the thing."""
    service, around = thing.arn.split(":")[2], context(thing, attacker)
    # What is asked of an alias is asked of its key: https://docs.aws.amazon.com/kms/latest/developerguide/alias-access.html
    every = (f"{service}:{name}" for name in operations(service) if ":alias/" not in thing.arn or "Alias" in name)
    return [action for action in every if role.may(Request(action, thing.arn, around))]
