"""The commands for when the load balancer controller is down name what really serves."""

import json
import shlex

import pytest

from tests.deploy.account import Account
from tests.deploy.world import Scene

# All of it takes more than two seconds.
pytestmark = pytest.mark.slow


def test_behind_a_load_balancer_the_printed_command_moves_all_traffic_back(account: Account, prod: Scene) -> None:
    assert prod.release("b") == 0, prod.output
    account.down = True
    prod.change(commands=[])
    assert prod.deploy("rollback", "--break-glass") == 0, prod.output
    lines = [line for line in prod.output.splitlines() if line.startswith(("kubectl", "aws"))]
    assert lines[0] == "kubectl -n todo apply -k kustomize/overlays/prod/traffic-blue"
    words = shlex.split(lines[1])
    assert words[:6] == ["aws", "elbv2", "modify-rule", "--rule-arn", account.rule, "--actions"]
    account.elb.modify_rule(RuleArn=words[4], Actions=json.loads(words[6]))
    assert account.weights() == {"blue": 100, "green": 0}
    assert {command.split()[2] for command in prod.commands()} == {"get"}, "it changes nothing by itself"


def test_without_a_load_balancer_the_traffic_overlay_is_all(released: Scene) -> None:
    assert released.deploy("rollback", "--break-glass") == 0
    assert released.output.splitlines()[-1] == "kubectl -n todo apply -k kustomize/overlays/local/traffic-blue"
    assert released.live == "green"
