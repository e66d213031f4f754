"""An AWS account by moto: a load balancer for both colours, and alarms, asked by the words of the `aws` command.

moto keeps what it is told and answers in ELB's shapes. It has no controller: `answer` plays that part and copies the
Ingress's weights to the rule. So this proves what the tool asks and how it reads the answer, not how long ELB takes.
"""

import json
from collections.abc import Sequence
from typing import Any

import boto3
from botocore import xform_name

from deploy import names
from deploy.checkout import ROOT, Settings
from deploy.kubectl import Answer
from tests.deploy.scripted.store import Object
from tests.deploy.world import PROD, Scene

REGION, PREFIX = PROD["AWS_REGION"], PROD["ALARM_PREFIX"]


class Account:
    """`down` is the load balancer controller that is not there, `silent` AWS itself.

    What takes long to make is made once a module; `begin` puts back what a test may have changed.
    """

    scene: Scene

    def __init__(self) -> None:
        self.required = Settings.read(ROOT / "deploy/release.ini", "prod").alarms.split()
        self.touched = set(self.required)
        ec2, self.elb = boto3.client("ec2", REGION), boto3.client("elbv2", REGION)
        self.cloudwatch = boto3.client("cloudwatch", REGION)
        vpc = ec2.create_vpc(CidrBlock="10.20.0.0/16")["Vpc"]["VpcId"]
        subnets = [
            ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.20.{n}.0/24", AvailabilityZone=f"{REGION}{zone}")["Subnet"]
            for n, zone in enumerate("ab")
        ]
        balancer = self.elb.create_load_balancer(Name="web", Subnets=[each["SubnetId"] for each in subnets])
        self.groups = {colour: self._group(colour, vpc) for colour in names.COLOURS}
        listener = self.elb.create_listener(
            LoadBalancerArn=balancer["LoadBalancers"][0]["LoadBalancerArn"],
            Protocol="HTTP",
            Port=80,
            DefaultActions=[{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}],
        )["Listeners"][0]["ListenerArn"]
        made = self.elb.create_rule(
            ListenerArn=listener,
            Priority=1,
            Conditions=[{"Field": "path-pattern", "Values": ["/*"]}],
            Actions=self._forward({"blue": 100, "green": 0}),
        )
        self.rule: str = made["Rules"][0]["RuleArn"]

    def begin(self, scene: Scene) -> None:
        """Serve a scene: blue has the users, and every alarm is quiet."""
        self.scene, self.down, self.silent, self.rings_at = scene, False, False, ""
        self.elb.modify_rule(RuleArn=self.rule, Actions=self._forward({"blue": 100, "green": 0}))
        for name in sorted(self.touched):
            self.alarm(name, "OK")
        self.touched.clear()
        scene.content["target_groups"] = self.groups
        scene.aws = self

    def answer(self, words: Sequence[str]) -> Answer:
        """Answer `aws --region R SERVICE OPERATION --flag value …`, after the controller has had its turn."""
        if self.silent:
            return Answer(254, "", "An error occurred (ExpiredToken): the security token has expired")
        self._reconcile()
        assert list(words[:3]) == ["aws", "--region", REGION]
        client = {"elbv2": self.elb, "cloudwatch": self.cloudwatch}[words[3]]
        method = words[4].replace("-", "_")
        operation = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[method])
        members = {xform_name(name, "-"): (name, shape) for name, shape in operation.input_shape.members.items()}
        given: dict[str, Any] = {}
        for word in words[5:-2]:
            if word.startswith("--"):
                name, shape = members[word.removeprefix("--")]
            elif shape.type_name == "list":
                given.setdefault(name, []).append(word)
            else:
                given[name] = word
        assert list(words[-2:]) == ["--output", "json"]
        return Answer(0, json.dumps(getattr(client, method)(**given), default=str), "")

    def _reconcile(self) -> None:
        ingress = self.scene.store.get("Ingress", names.TRAFFIC)
        if ingress and not self.down:
            self.elb.modify_rule(RuleArn=self.rule, Actions=self._forward(wished(ingress)))
        if self.rings_at and wished(ingress or {})[self.rings_at] == 100:
            self.alarm("error-lines", "ALARM")

    def weights(self) -> dict[str, int]:
        """The load balancer's real state."""
        rule = self.elb.describe_rules(RuleArns=[self.rule])["Rules"][0]
        colours = {arn: colour for colour, arn in self.groups.items()}
        groups = rule["Actions"][0]["ForwardConfig"]["TargetGroups"]
        return {colours[each["TargetGroupArn"]]: each["Weight"] for each in groups}

    def alarm(self, name: str, state: str) -> None:
        """Put an alarm of the environment, named without its prefix, into a state."""
        self.touched.add(name)
        name = PREFIX + name
        about = {"MetricName": "x", "Namespace": "x", "Period": 60, "EvaluationPeriods": 1, "Threshold": 1}
        how = {"Statistic": "Sum", "ComparisonOperator": "GreaterThanThreshold"}
        self.cloudwatch.put_metric_alarm(AlarmName=name, **about, **how)
        self.cloudwatch.set_alarm_state(AlarmName=name, StateValue=state, StateReason="test")

    def lose_alarms(self, *names: str) -> None:
        self.touched.update(names or self.required)
        self.cloudwatch.delete_alarms(AlarmNames=[PREFIX + name for name in names or self.required])

    def _group(self, colour: str, vpc: str) -> str:
        made = self.elb.create_target_group(Name=colour, Protocol="HTTP", Port=80, VpcId=vpc, TargetType="ip")
        arn: str = made["TargetGroups"][0]["TargetGroupArn"]
        return arn

    def _forward(self, weights: dict[str, int]) -> list[Object]:
        groups = [{"TargetGroupArn": self.groups[colour], "Weight": weight} for colour, weight in weights.items()]
        return [{"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}]


def wished(ingress: Object) -> dict[str, int]:
    """Return the weights that the Ingress asks for."""
    action = json.loads(ingress["metadata"]["annotations"]["alb.ingress.kubernetes.io/actions.live"])
    weights = {each["serviceName"]: each["weight"] for each in action["forwardConfig"]["targetGroups"]}
    return {colour: weights[names.web(colour)] for colour in names.COLOURS}
