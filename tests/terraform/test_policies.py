"""IAM statement by statement, as the real provider renders it; and who may take which role."""

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from tests.terraform.plans import of_type, permissions, trust_policies
from tests.terraform.stories import Story

pytestmark = pytest.mark.ci

GOLDEN = Path(__file__).parent / "golden" / "permissions.json"
SUBJECT = "token.actions.githubusercontent.com:sub"
# What prod's roles may and dev's may not: a zone, a key of its own and flow logs are prod's alone.
OF_PROD_ALONE = {
    "todo-ci-prod-apply/apply": ["LookAtZone"],
    "todo-ci-prod-boundary": ["OwnNames"],
    "todo-ci-prod-build": ["ChangeOwnNames"],
    "todo-ci-prod-plan/plan": ["LookAtZone"],
    "todo-prod-database-access/database-access": ["UseKeyOfSecrets"],
    "todo-prod-external-dns/external-dns": ["LookAtOneZone", "ChangeOwnNames", "FindZones"],
    "todo-prod-flow-log/flow-log": ["WriteFlowLogs"],
    "todo-prod-secrets-mirror/secrets-mirror": ["DecryptSecrets"],
}

Policies = dict[str, list[dict[str, Any]]]


def recorded(found: Policies) -> str:
    """Return policies as the file has them, a statement a line."""
    lines = [
        f"{json.dumps(policy)}: [\n{',\n'.join(json.dumps(each, sort_keys=True) for each in found[policy])}\n]"
        for policy in sorted(found)
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def policies_of(name: str, bootstrap: dict[str, Any], state: dict[str, Any]) -> Policies:
    """Return the policies of an environment: of the roles that the bootstrap made for CI, and of its own."""
    of_ci = {policy: each for policy, each in permissions(bootstrap).items() if policy.startswith(f"todo-ci-{name}-")}
    found: Policies = json.loads(stable(json.dumps(of_ci | permissions(state))))
    return found


def test_every_role_of_prod_has_exactly_these_statements(prod: Story) -> None:
    text = recorded(policies_of("prod", prod.states["bootstrap"], prod.states["prod"]))
    if os.environ.get("ACCEPT"):
        GOLDEN.write_text(text)
    assert text == GOLDEN.read_text(), "if the difference is meant: ACCEPT=1 pytest tests/terraform/test_policies.py"


def test_every_role_of_dev_has_those_of_prod_but_for_what_is_prod_s_alone(dev: Story) -> None:
    text = recorded(policies_of("dev", dev.states["bootstrap"], dev.states["awake"]))
    assert "prod" not in text
    found: Policies = json.loads(re.sub(r"(?<![a-zA-Z])dev(?![a-zA-Z0-9])", "prod", text))
    wanted = {
        policy: [each for each in statements if each["Sid"] not in OF_PROD_ALONE.get(policy, [])]
        for policy, statements in json.loads(GOLDEN.read_text()).items()
    }
    assert found == {policy: statements for policy, statements in wanted.items() if statements}


def test_the_bootstrap_gives_permissions_to_roles_of_environments_alone(dev: Story) -> None:
    assert all(re.match("todo-ci-(dev|prod)-", policy) for policy in permissions(dev.states["bootstrap"]))


def stable(text: str) -> str:
    """Replace what AWS invents (suffixes of secrets, IDs of VPC, zone and key) with its kind."""
    for pattern, name in (
        (r"(secret:todo-\w+/[\w-]+?)-\w{6}(?=\")", r"\1-SUFFIX"),
        (r"secret:rds!db-[\w-]+", "secret:rds!db-MASTER"),
        (r"vpc/vpc-\w+", "vpc/VPC"),
        (r"security-group/sg-\w+", "security-group/APP"),
        (r"hostedzone/\w+", "hostedzone/ZONE"),
        (r"key/[\w-]{36}", "key/KEY"),
    ):
        text = re.sub(pattern, name, text)
    return text


def test_names_that_aws_invents_are_replaced_and_no_action_is() -> None:
    text = '["dynamodb:DeleteItem", "arn:aws:rds:us-east-1:123456789012:db:todo-dev", "arn:aws:ec2:x:y:vpc/vpc-0a1b"]'
    assert stable(text) == text.replace("vpc/vpc-0a1b", "vpc/VPC")


def test_every_policy_is_within_the_length_that_iam_takes(dev: Story, prod: Story) -> None:
    """10,240 characters for all inline policies of a role, 6,144 for a managed one, spaces not counted."""
    for state in (dev.states["bootstrap"], dev.states["awake"], prod.states["prod"]):
        inline: dict[str, int] = {}
        for policy in of_type(state, "aws_iam_role_policy").values():
            length = len(json.dumps(json.loads(policy["policy"]), separators=(",", ":")))
            inline[policy["role"]] = inline.get(policy["role"], 0) + length
        assert {role: length for role, length in inline.items() if length > 10_240} == {}
        for policy in of_type(state, "aws_iam_policy").values():
            assert len(json.dumps(json.loads(policy["policy"]), separators=(",", ":"))) <= 6_144, policy["name"]


def allowed(policy: dict[str, Any], claims: dict[str, str]) -> bool:
    """Judge a trust policy of StringEquals conditions as STS does; refuse to judge any other."""
    for statement in policy["Statement"]:
        assert statement["Effect"] == "Allow"
        conditions = statement["Condition"]
        assert set(conditions) == {"StringEquals"}, "only exact comparisons are allowed here"
        wanted = {
            key: [value] if isinstance(value, str) else value for key, value in conditions["StringEquals"].items()
        }
        if all(claims.get(key) in values for key, values in wanted.items()):
            return True
    return False


def claims(subject: str, audience: str = "sts.amazonaws.com") -> dict[str, str]:
    return {SUBJECT: subject, "token.actions.githubusercontent.com:aud": audience}


ROLES = {
    "plan": "pull_request",
    "apply": "environment:dev-infra",
    "deploy": "environment:dev",
    "rollback": "environment:dev-rollback",
}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("repository", ["repo:example/todo", "repo:example@1234567/todo@7654321"])
def test_a_job_of_the_repository_takes_its_role_in_either_format(dev: Story, role: str, repository: str) -> None:
    trust = trust_policies(dev.states["bootstrap"])[f"todo-ci-dev-{role}"]
    assert allowed(trust, claims(f"{repository}:{ROLES[role]}"))


@pytest.mark.parametrize(
    "subject",
    [
        "repo:example/todo:ref:refs/heads/other",
        "repo:example/todo:ref:refs/heads/main:environment:dev",
        "repo:example/todo:environment:prod",
        "repo:example/todo:environment:prod-rollback",
        "repo:example/todo:environment:dev-infra-2",
        "repo:example/todo:environment:dev-rollback-2",
        "repo:example/todo:environment:DEV",
        "repo:example/todo:environment:dev:environment:dev-infra",
        "repo:example/todo-fork:environment:dev",
        "repo:example/todo/x:environment:dev",
        "repo:mallory/todo:environment:dev",
        "repo:mallory/example/todo:environment:dev",
        "repo:example@1234567/todo@1:environment:dev",
        "repo:example@1/todo@7654321:environment:dev",
        "repo:example@1234567/todo@7654321:environment:prod",
        "repo:*:environment:dev",
        "repo:example/todo:*",
        "",
    ],
)
def test_a_forged_subject_takes_no_role(dev: Story, subject: str) -> None:
    for role in ROLES:
        assert not allowed(trust_policies(dev.states["bootstrap"])[f"todo-ci-dev-{role}"], claims(subject))


def test_main_without_an_environment_may_plan_and_nothing_else(dev: Story) -> None:
    trusts = trust_policies(dev.states["bootstrap"])
    main = claims("repo:example/todo:ref:refs/heads/main")
    assert [role for role in ROLES if allowed(trusts[f"todo-ci-dev-{role}"], main)] == ["plan"]


def test_each_role_is_for_one_kind_of_job(dev: Story) -> None:
    trusts = trust_policies(dev.states["bootstrap"])
    for role, own in ROLES.items():
        taken = [
            job for job in ROLES.values() if allowed(trusts[f"todo-ci-dev-{role}"], claims(f"repo:example/todo:{job}"))
        ]
        assert taken == [own]


def test_a_token_for_another_audience_takes_no_role(dev: Story) -> None:
    trust = trust_policies(dev.states["bootstrap"])["todo-ci-dev-deploy"]
    assert not allowed(trust, claims("repo:example/todo:environment:dev", "https://github.com/mallory"))


def test_the_plan_role_reads_no_secret_and_writes_nothing(dev: Story) -> None:
    statements = permissions(dev.states["bootstrap"])["todo-ci-dev-plan/plan"]
    for statement in statements:
        if statement["Effect"] == "Allow":
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            verbs = {action.split(":")[1] for action in actions}
            assert all(verb.startswith(("Describe", "Get", "List", "View")) for verb in verbs), verbs
            assert "GetSecretValue" not in verbs


def test_the_rollback_role_describes_and_does_nothing_else(dev: Story) -> None:
    """Its job has no reviewer."""
    rendered = permissions(dev.states["bootstrap"])
    for name in ("dev", "prod"):
        allowing = [each for each in rendered[f"todo-ci-{name}-rollback/rollback"] if each["Effect"] == "Allow"]
        actions = {
            action
            for each in allowing
            for action in ([each["Action"]] if isinstance(each["Action"], str) else each["Action"])
        }
        assert {action.partition(":Describe")[0] for action in actions} == {"cloudwatch", "eks", "elasticloadbalancing"}
        assert not any("*" in action for action in actions)


def test_the_cluster_knows_each_role_as_an_administrator_or_by_one_group(dev: Story) -> None:
    entries = of_type(dev.states["awake"], "aws_eks_access_entry").values()
    assert {entry["principal_arn"].rpartition("/")[2]: entry["kubernetes_groups"] for entry in entries} == {
        "Administrator": [],
        "todo-ci-dev-apply": [],
        "todo-ci-dev-deploy": ["service:deployers"],
        "todo-ci-dev-rollback": ["service-oncall"],
        "todo-dev-on-call": ["service-oncall"],
    }


def test_the_apply_role_makes_roles_within_the_boundary_and_not_its_own(dev: Story) -> None:
    statements = {s["Sid"]: s for s in permissions(dev.states["bootstrap"])["todo-ci-dev-apply/apply"]}
    making = statements["MakeRolesWithinBoundary"]
    assert (
        making["Condition"]["StringEquals"]["iam:PermissionsBoundary"]
        == dev.values["bootstrap"]["boundary_arns"]["dev"]
    )
    assert making["Resource"].endswith(":role/todo-dev-*")
    actions = json.dumps([statement["Action"] for statement in statements.values() if statement["Effect"] == "Allow"])
    for forbidden in (
        '"iam:*"',
        '"*"',
        "CreateUser",
        "CreateAccessKey",
        "CreatePolicy",
        "DeleteRolePermissionsBoundary",
    ):
        assert forbidden not in actions


def test_each_pod_role_is_for_one_service_account(dev: Story) -> None:
    for role in of_type(dev.states["awake"], "aws_iam_role").values():
        trust = json.loads(role["assume_role_policy"])
        (statement,) = trust["Statement"]
        if statement["Action"] == "sts:AssumeRoleWithWebIdentity":
            conditions = statement["Condition"]["StringEquals"]
            subjects = [value for key, value in conditions.items() if key.endswith(":sub")]
            assert len(subjects) == 1
            assert subjects[0].startswith("system:serviceaccount:")
            assert "*" not in subjects[0]
