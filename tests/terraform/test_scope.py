"""Every role stays in its environment: asked for everything that AWS can do, on everything of another environment.

The policies are those that Terraform rendered in the stories, beside AWS's own and the boundaries; the requests are all
operations of each service as botocore lists them. A role in AWS could do no more than what is judged here but for
resource policies, which name roles one by one.
"""

import itertools
import json
import re
from dataclasses import dataclass
from typing import Any

import pytest

from tests.terraform.iam import Request, Role
from tests.terraform.plans import of_type, resources
from tests.terraform.requests_to_aws import REGION, Thing, allowed, context, roles, things
from tests.terraform.stories import Story
from tests.terraform.terraform import ACCOUNT, SOURCE

pytestmark = pytest.mark.slow


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
        f"todo-ci-{name}-{kind}" for kind in ("apply", "deploy", "plan", "rollback")
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


# What `python3 -m deploy` asks of AWS: `eks:DescribeCluster` is the kubeconfig's.
ASKED_BY_DEPLOY = {"eks:DescribeCluster"} | {
    f"{service.replace('elbv2', 'elasticloadbalancing')}:{operation.title().replace('-', '')}"
    for service, operation in re.findall(r'_ask\("(\w+)", "([\w-]+)"', (SOURCE.parent / "deploy/aws.py").read_text())
}


@pytest.mark.parametrize("kind", ["deploy", "rollback"])
@pytest.mark.parametrize("name", ["dev", "prod"])
def test_who_rolls_back_may_make_every_call_of_the_release_tool(account: Account, name: str, kind: str) -> None:
    (role,) = (role for role in account.roles[name] if role.name == f"todo-ci-{name}-{kind}")
    assert len(ASKED_BY_DEPLOY) > 4
    assert refused(role, ASKED_BY_DEPLOY, account.things[name], name) == []


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_the_rollback_role_finds_its_cluster_and_may_do_nothing_to_its_own_environment(
    account: Account, name: str
) -> None:
    """Everything that AWS can do, on everything of the environment; lists and descriptions touch nothing."""
    (rollback,) = (role for role in account.roles[name] if role.name == f"todo-ci-{name}-rollback")
    found = {thing.arn: may for thing in account.things[name] if (may := allowed(rollback, thing, name))}
    assert found == {f"arn:aws:eks:{REGION}:{ACCOUNT}:cluster/todo-{name}": ["eks:DescribeCluster"]}
