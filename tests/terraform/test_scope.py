"""Every role stays in its environment: asked for everything that AWS can do, on everything of another environment.

The policies are those that Terraform rendered in the stories, beside AWS's own and the boundaries; the requests are all
operations of each service as botocore lists them. A role in AWS could do no more than what is judged here but for
resource policies, which name roles one by one.
"""

import functools
import itertools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest

from tests.terraform.iam import Request, Role
from tests.terraform.plans import of_type, resources
from tests.terraform.stories import Story
from tests.terraform.terraform import ACCOUNT

pytestmark = pytest.mark.slow

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
    """Return a request's context at its worst: whoever asks says their own tag, region, boundary and names."""
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


@dataclass(frozen=True)
class Account:
    """Roles and things of each environment."""

    roles: dict[str, list[Role]]
    things: dict[str, list[Thing]]


def renamed(document: Any, old: str, new: str) -> Any:
    """Return a rendered document of one environment as it would be of another name."""
    return json.loads(re.sub(rf"(?<![a-zA-Z]){old}(?![a-zA-Z0-9])", new, json.dumps(document)))


@pytest.fixture(scope="module")
def account(dev: Story, prod: Story) -> Account:
    """Four environments: the two that were applied, and two whose names begin like another one's."""
    states = {"dev": [dev.states["awake"], dev.states["asleep"]], "prod": [prod.states["prod"]]}
    bootstrap = {
        name: [each for each in resources(dev.states["bootstrap"]) if re.search(rf"\b{name}\b", json.dumps(each))]
        for name in states
    }
    whole: dict[str, list[dict[str, Any]]] = {}
    for name, parts in states.items():
        shared = {"values": {"root_module": {"resources": bootstrap[name]}}}
        whole[name] = [shared, *parts]
        twin = f"{name}2"
        whole[twin] = renamed(whole[name], name, twin)
    found_roles, found_things = {}, {}
    for name, documents in whole.items():
        boundaries = {
            policy["arn"]: json.loads(policy["policy"]) for policy in of_type(documents[0], "aws_iam_policy").values()
        }
        every = {role.name: role for document in documents for role in roles(document, boundaries)}
        found_roles[name] = list(every.values())
        found_things[name] = sorted(
            {thing for document in documents for thing in things(document, name)}, key=lambda thing: thing.arn
        )
    return Account(found_roles, found_things)


PAIRS = list(itertools.permutations(["dev", "prod", "dev2", "prod2"], 2))


@pytest.mark.parametrize(("attacker", "other"), PAIRS)
def test_no_role_may_do_anything_to_anything_of_another_environment(
    account: Account, attacker: str, other: str
) -> None:
    assert len(account.roles[attacker]) > 8
    assert len(account.things[other]) > 60
    found = {
        (role.name, thing.arn): actions
        for role in account.roles[attacker]
        for thing in account.things[other]
        if (actions := allowed(role, thing, attacker))
    }
    assert found == {}


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_every_role_of_an_environment_has_a_boundary(account: Account, name: str) -> None:
    assert [role.name for role in account.roles[name] if role.boundary is None] == [
        f"todo-ci-{name}-{kind}" for kind in ("apply", "deploy", "plan")
    ]


def test_the_lock_of_another_environment_is_not_given_back(account: Account) -> None:
    table = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/todo-state-lock"
    (apply,) = (role for role in account.roles["dev"] if role.name == "todo-ci-dev-apply")
    bucket = f"todo-state-{ACCOUNT}-{REGION}"
    may = {
        key: apply.may(Request("dynamodb:DeleteItem", table, {"dynamodb:leadingkeys": f"{bucket}/{key}"}))
        for key in ("dev.tfstate", "dev.tfstate-md5", "prod.tfstate", "dev2.tfstate")
    }
    assert may == {"dev.tfstate": True, "dev.tfstate-md5": True, "prod.tfstate": False, "dev2.tfstate": False}


def test_one_zone_and_in_it_the_names_of_one_domain(account: Account) -> None:
    (apply,) = (role for role in account.roles["prod"] if role.name == "todo-ci-prod-apply")
    names = "route53:changeresourcerecordsetsnormalizedrecordnames"
    change, zone = "route53:ChangeResourceRecordSets", "arn:aws:route53:::hostedzone/Z0PROD"
    assert apply.may(Request(change, zone, {names: "_proof.todo.example.com"}))
    assert not apply.may(Request(change, zone, {names: "www.example.com"}))
    assert not apply.may(Request(change, "arn:aws:route53:::hostedzone/Z0OTHER", {names: "todo.example.com"}))


# What Terraform called in the story of an environment, and only a person or AWS itself does: README, "What an
# administrator applies".
BY_AN_ADMINISTRATOR = {
    "elasticloadbalancing:CreateLoadBalancer",  # the story, in the controller's place
    "elasticloadbalancing:DeleteLoadBalancer",
    "kms:CreateKey",
    "route53:CreateHostedZone",
    "route53:DeleteHostedZone",
    "route53:ChangeTagsForResource",
}
# Beside what is in a state: the zone that the bootstrap was told, and what AWS makes of a change in it.
ZONE = [Thing("arn:aws:route53:::hostedzone/Z0PROD"), Thing("arn:aws:route53:::change/C1")]


def refused(role: Role, calls: set[str], own: list[Thing], name: str) -> list[str]:
    """Return the calls that a role may make on nothing of its own environment."""
    found = []
    for action in sorted(calls):
        service = action.split(":")[0]
        targets = [*(thing for thing in [*own, *ZONE] if thing.arn.split(":")[2] == service), Thing("*")]
        contexts = [(thing, context(thing, name)) for thing in targets]
        made = (Thing("*"), context(Thing("*"), name) | {"ec2:createaction": "CreateVpc"})
        names = {"route53:changeresourcerecordsetsnormalizedrecordnames": "todo.example.com"}
        if not any(role.may(Request(action, thing.arn, around | names)) for thing, around in [*contexts, made]):
            found.append(action)
    return found


# The state, which has tests of its own; and who am I, which needs no permission.
ELSEWHERE = ("s3:", "sts:", "dynamodb:")


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_the_apply_role_may_do_what_terraform_does(account: Account, dev: Story, prod: Story, name: str) -> None:
    """Else the first merge fails half-way. Every call of the story, on something of the environment's own."""
    (apply,) = (role for role in account.roles[name] if role.name == f"todo-ci-{name}-apply")
    calls = {call for call in {"dev": dev, "prod": prod}[name].called if not call.startswith(ELSEWHERE)}
    assert len(calls) > 100
    assert refused(apply, calls - BY_AN_ADMINISTRATOR, account.things[name], name) == []


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_the_plan_role_may_see_what_terraform_compares(account: Account, dev: Story, prod: Story, name: str) -> None:
    (plan,) = (role for role in account.roles[name] if role.name == f"todo-ci-{name}-plan")
    calls = {call for call in {"dev": dev, "prod": prod}[name].called if not call.startswith(ELSEWHERE)}
    looking = {call for call in calls if re.search(r":(Describe|Get|List|View)", call)}
    # Asked before a role or a change goes, never by a plan.
    assert set(refused(plan, looking, account.things[name], name)) <= {
        "iam:ListInstanceProfilesForRole",
        "route53:GetChange",
    }


@pytest.mark.parametrize(
    ("conditions", "context_", "wanted"),
    [
        ({"StringEquals": {"a": "x"}}, {"a": "x"}, True),
        ({"StringEquals": {"a": "x"}}, {}, False),
        ({"StringEqualsIfExists": {"a": "x"}}, {}, True),
        ({"StringNotEquals": {"a": ["x", "y"]}}, {"a": "z"}, True),
        ({"StringNotEquals": {"a": ["x", "y"]}}, {"a": "y"}, False),
        ({"StringNotEquals": {"a": "x"}, "Null": {"a": "false"}}, {}, False),
        ({"ForAllValues:StringLike": {"A": "*.x"}}, {"a": "b.x"}, True),
        ({"ForAllValues:StringLike": {"A": "*.x"}}, {"a": "x"}, False),
        ({"ForAllValues:StringLike": {"A": "*.x"}}, {}, True),
    ],
)
def test_the_evaluator_compares_as_iam_documents_it(
    conditions: dict[str, Any], context_: dict[str, str], *, wanted: bool
) -> None:
    statement = {"Effect": "Allow", "Action": "s:*", "Resource": "*", "Condition": conditions}
    role = Role("r", ({"Statement": [statement]},), None)
    assert role.may(Request("s:Do", "arn:aws:s:::thing", context_)) is wanted


def test_the_evaluator_lets_a_denial_and_a_boundary_win() -> None:
    allow = {"Statement": {"Effect": "Allow", "Action": "s:*", "Resource": "arn:aws:s:::a*"}}
    deny = {"Statement": {"Effect": "Deny", "Action": "S:do", "Resource": "*"}}
    narrow = {"Statement": {"Effect": "Allow", "Action": "s:See", "Resource": "*"}}
    request = Request("s:Do", "arn:aws:s:::ab")
    assert Role("r", (allow,), None).may(request)
    assert not Role("r", (allow,), None).may(Request("s:Do", "arn:aws:s:::b"))
    assert not Role("r", (allow, deny), None).may(request)
    assert not Role("r", (allow,), narrow).may(request)
    assert not Role("r", (allow,), deny).may(request)
    with pytest.raises(NotImplementedError, match="DateLessThan"):
        Role("r", ({"Statement": allow["Statement"] | {"Condition": {"DateLessThan": {"a": "1"}}}},), None).may(
            Request("s:Do", "arn:aws:s:::ab", {"a": "0"})
        )
