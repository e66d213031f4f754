"""An AWS account with a load balancer for both colours, and alarms, asked by the words of the `aws` command.

Each question and each answer is held to botocore's model of the service. `answer` also plays the load balancer
controller and copies the Ingress's weights to the rule. So this proves what the tool asks and how it reads the answer,
not how long ELB takes.
"""

import json
from collections.abc import Sequence
from functools import cache
from typing import Any

import botocore.session
from botocore import xform_name
from botocore.model import ServiceModel, Shape
from botocore.validate import ParamValidator

from deploy import names
from deploy.checkout import ROOT, Settings
from deploy.kubectl import Answer
from tests.deploy.scripted.store import Object
from tests.deploy.world import PROD, Scene

REGION, PREFIX = PROD["AWS_REGION"], PROD["ALARM_PREFIX"]
ELB = f"arn:aws:elasticloadbalancing:{REGION}:{PROD['AWS_ACCOUNT_ID']}"
BALANCER, LISTENER, RULE = (f"{ELB}:{kind}/app/web/0123456789abcdef" for kind in ("loadbalancer", "listener", "rule"))
GROUPS = {colour: f"{ELB}:targetgroup/{colour}/0123456789abcdef" for colour in names.COLOURS}
DEFAULT_RULE = {"RuleArn": f"{RULE}0", "IsDefault": True, "Actions": [{"Type": "fixed-response"}]}


class Account:
    """Blue has the users, and every alarm is quiet.

    `down` is the load balancer controller that is not there, `silent` AWS itself, `rings_at` the colour whose users
    make an alarm ring.
    """

    def __init__(self, scene: Scene) -> None:
        self.scene, self.down, self.silent, self.rings_at = scene, False, False, ""
        self.weights = {"blue": 100, "green": 0}
        self.alarms = dict.fromkeys(Settings.read(ROOT / "deploy/release.ini", "prod").alarms.split(), "OK")
        scene.content["target_groups"] = GROUPS
        scene.aws = self

    def answer(self, words: Sequence[str]) -> Answer:
        """Answer `aws --region R SERVICE OPERATION --flag value …`, after the controller has had its turn."""
        if self.silent:
            return Answer(254, "", "An error occurred (ExpiredToken): the security token has expired")
        ingress = self.scene.store.get("Ingress", names.TRAFFIC)
        if ingress and not self.down:
            self.weights = wished(ingress)
        if ingress and self.rings_at and wished(ingress)[self.rings_at] == 100:
            self.alarms["error-lines"] = "ALARM"
        assert list(words[:3]) == ["aws", "--region", REGION]
        assert list(words[-2:]) == ["--output", "json"]
        return Answer(0, json.dumps(self.asked(words[3:-2])), "")

    def asked(self, words: Sequence[str]) -> Object:
        """Return what `SERVICE OPERATION --flag value …` answers."""
        service = model(words[0])
        operation = next(name for name in service.operation_names if xform_name(name, "-") == words[1])
        shapes = service.operation_model(operation)
        given = held(parsed(words[2:], shapes.input_shape), shapes.input_shape)
        return held(getattr(self, xform_name(operation))(**given), shapes.output_shape)

    def describe_alarms(self, AlarmNamePrefix: str) -> Object:  # noqa: N803  AWS's names
        alarms = {PREFIX + name: state for name, state in self.alarms.items()}
        found = [name for name in alarms if name.startswith(AlarmNamePrefix)]
        return {"MetricAlarms": [{"AlarmName": name, "StateValue": alarms[name]} for name in found]}

    def describe_target_groups(self, TargetGroupArns: list[str]) -> Object:  # noqa: N803
        assert set(TargetGroupArns) == set(GROUPS.values())
        return {"TargetGroups": [{"TargetGroupArn": arn, "LoadBalancerArns": [BALANCER]} for arn in TargetGroupArns]}

    def describe_listeners(self, LoadBalancerArn: str) -> Object:  # noqa: N803
        assert LoadBalancerArn == BALANCER
        return {"Listeners": [{"ListenerArn": LISTENER}]}

    def describe_rules(self, ListenerArn: str) -> Object:  # noqa: N803
        assert ListenerArn == LISTENER
        groups = [{"TargetGroupArn": GROUPS[colour], "Weight": weight} for colour, weight in self.weights.items()]
        forward = {"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}
        return {"Rules": [{"RuleArn": RULE, "IsDefault": False, "Actions": [forward]}, DEFAULT_RULE]}

    def modify_rule(self, RuleArn: str, Actions: list[Object]) -> Object:  # noqa: N803
        assert RuleArn == RULE
        colours = {arn: colour for colour, arn in GROUPS.items()}
        groups = Actions[0]["ForwardConfig"]["TargetGroups"]
        self.weights = {colours[each["TargetGroupArn"]]: each["Weight"] for each in groups}
        return {}


@cache
def model(service: str) -> ServiceModel:
    return botocore.session.get_session().get_service_model(service)


def parsed(words: Sequence[str], shape: Shape) -> Object:
    """Return the parameters of an operation that these flags and values give."""
    members = {xform_name(name, "-"): (name, member) for name, member in shape.members.items()}
    given: dict[str, Any] = {}
    for word in words:
        if word.startswith("--"):
            name, member = members[word.removeprefix("--")]
        elif word.startswith("["):
            given[name] = json.loads(word)
        elif member.type_name == "list":
            given.setdefault(name, []).append(word)
        else:
            given[name] = word
    return given


def held(content: Object, shape: Shape) -> Object:
    report = ParamValidator().validate(content, shape)
    assert not report.has_errors(), report.generate_report()
    return content


def wished(ingress: Object) -> dict[str, int]:
    """Return the weights that the Ingress asks for."""
    action = json.loads(ingress["metadata"]["annotations"]["alb.ingress.kubernetes.io/actions.live"])
    weights = {each["serviceName"]: each["weight"] for each in action["forwardConfig"]["targetGroups"]}
    return {colour: weights[names.web(colour)] for colour in names.COLOURS}
