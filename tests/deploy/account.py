"""An AWS account by moto: a load balancer for both colours, and alarms.

moto keeps what it is told and answers in ELB's shapes. It has no controller: `client` plays that part and copies the
Ingress's weights to the rule. So this proves what the tool asks and how it reads the answer, not how long ELB takes.
"""

import json
from collections.abc import Callable
from typing import Any

import boto3

from tests.deploy.scripted.store import Object
from tests.deploy.world import Scene

REGION = "us-east-1"


class Account:
    """`down` is the load balancer controller that is not there."""

    def __init__(self, scene: Scene) -> None:
        self.scene, self.down, self.rings_at = scene, False, ""
        self.on_change: Callable[[dict[str, int]], None] | None = None
        ec2, self.elb = boto3.client("ec2", REGION), boto3.client("elbv2", REGION)
        self.cloudwatch = boto3.client("cloudwatch", REGION)
        vpc = ec2.create_vpc(CidrBlock="10.20.0.0/16")["Vpc"]["VpcId"]
        subnets = [
            ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.20.{n}.0/24", AvailabilityZone=f"{REGION}{zone}")["Subnet"]
            for n, zone in enumerate("ab")
        ]
        balancer = self.elb.create_load_balancer(Name="todo", Subnets=[each["SubnetId"] for each in subnets])
        self.groups = {colour: self._group(colour, vpc) for colour in ("blue", "green")}
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
        scene.change(target_groups=self.groups)
        scene.aws = self

    def client(self, service: str) -> Any:
        """Return a client, after the controller has had its turn."""
        ingress = self.scene.store.get("Ingress", "todo")
        if ingress and not self.down:
            if self.on_change and wished(ingress) != self.weights():
                self.on_change(wished(ingress))
            self.elb.modify_rule(RuleArn=self.rule, Actions=self._forward(wished(ingress)))
        if self.rings_at and wished(ingress or {})[self.rings_at] == 100:
            self.alarm("todo-prod-error-lines", "ALARM")
        return {"elbv2": self.elb, "cloudwatch": self.cloudwatch}[service]

    def weights(self) -> dict[str, int]:
        """What the load balancer really does."""
        rule = self.elb.describe_rules(RuleArns=[self.rule])["Rules"][0]
        colours = {arn: colour for colour, arn in self.groups.items()}
        groups = rule["Actions"][0]["ForwardConfig"]["TargetGroups"]
        return {colours[each["TargetGroupArn"]]: each["Weight"] for each in groups}

    def alarm(self, name: str, state: str) -> None:
        self.cloudwatch.put_metric_alarm(
            AlarmName=name,
            MetricName="x",
            Namespace="x",
            Period=60,
            EvaluationPeriods=1,
            Statistic="Sum",
            ComparisonOperator="GreaterThanThreshold",
            Threshold=1,
        )
        self.cloudwatch.set_alarm_state(AlarmName=name, StateValue=state, StateReason="test")

    def _group(self, colour: str, vpc: str) -> str:
        made = self.elb.create_target_group(Name=f"todo-{colour}", Protocol="HTTP", Port=80, VpcId=vpc, TargetType="ip")
        arn: str = made["TargetGroups"][0]["TargetGroupArn"]
        return arn

    def _forward(self, weights: dict[str, int]) -> list[Object]:
        groups = [{"TargetGroupArn": self.groups[colour], "Weight": weight} for colour, weight in weights.items()]
        return [{"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}]


def wished(ingress: Object) -> dict[str, int]:
    """Return the weights that the Ingress asks for."""
    action = json.loads(ingress["metadata"]["annotations"]["alb.ingress.kubernetes.io/actions.live"])
    return {
        each["serviceName"].removeprefix("todo-"): each["weight"] for each in action["forwardConfig"]["targetGroups"]
    }
