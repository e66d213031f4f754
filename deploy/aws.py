"""Asks AWS for alarms and weights of traffic, through its command line, which a kubeconfig needs anyway.

The Ingress holds the wanted weights. The load balancer's rules say which colour users get.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from deploy.failures import Unanswered
from deploy.kubectl import NOT_INSTALLED, Kubectl
from deploy.names import COLOURS, web

BINDINGS = "targetgroupbindings.elbv2.k8s.aws"


class NotInstalled(Unanswered):
    """There is no `aws` on this machine: asking again is of no use."""


class Aws:
    """`prefix` is what the names of the environment's alarms begin with."""

    def __init__(self, kubectl: Kubectl, values: dict[str, str]) -> None:
        self._kubectl, self._region, self.prefix = kubectl, values.get("AWS_REGION"), values.get("ALARM_PREFIX", "")
        self._listeners: list[str] = []  # do not change while a release runs; each call takes about a second

    def alarms(self) -> dict[str, str]:
        """Return name → state: OK, ALARM or INSUFFICIENT_DATA."""
        found = self._ask("cloudwatch", "describe-alarms", "--alarm-name-prefix", self.prefix)["MetricAlarms"]
        return {alarm["AlarmName"]: alarm["StateValue"] for alarm in found}

    def target_groups(self) -> dict[str, str]:
        """Return colour → ARN, as far as the load balancer controller has bound them."""
        bindings = [each["spec"] for each in self._kubectl.objects(BINDINGS)]
        services = {each["serviceRef"]["name"]: each["targetGroupARN"] for each in bindings}
        return {colour: services[web(colour)] for colour in COLOURS if web(colour) in services}

    def rules(self) -> list[dict[str, Any]]:
        """Return the rules that know both colours: `arn` and, by colour, `weights`."""
        colours = {arn: colour for colour, arn in self.target_groups().items()}
        if len(colours) < len(COLOURS):
            return []
        self._listeners = self._listeners or list(self._found_listeners(colours))
        return [rule for listener in self._listeners for rule in self._rules(listener, colours)]

    def _found_listeners(self, colours: dict[str, str]) -> Iterator[str]:
        groups = self._ask("elbv2", "describe-target-groups", "--target-group-arns", *colours)["TargetGroups"]
        for balancer in sorted({arn for group in groups for arn in group["LoadBalancerArns"]}):
            for listener in self._ask("elbv2", "describe-listeners", "--load-balancer-arn", balancer)["Listeners"]:
                yield listener["ListenerArn"]

    def _rules(self, listener: str, colours: dict[str, str]) -> Iterator[dict[str, Any]]:
        for rule in self._ask("elbv2", "describe-rules", "--listener-arn", listener)["Rules"]:
            # The controller makes rules of its own. A default rule cannot be modified as the others are.
            for action in rule["Actions"] if not rule.get("IsDefault") else ():
                groups = action.get("ForwardConfig", {}).get("TargetGroups", [])
                known = [each for each in groups if each["TargetGroupArn"] in colours]
                weights = {colours[each["TargetGroupArn"]]: each["Weight"] for each in known}
                if len(weights) == len(COLOURS):
                    yield {"arn": rule["RuleArn"], "weights": weights}

    def _ask(self, *words: str) -> Any:
        command = ("aws", *(("--region", self._region) if self._region else ()), *words, "--output", "json")
        self._kubectl.progress.command(command)
        answer = self._kubectl.run(command)
        if answer.code == NOT_INSTALLED:
            raise NotInstalled(answer.error)
        if answer.code:
            raise Unanswered(f"AWS does not answer `{' '.join(words[:2])}`: {answer.error.strip() or answer.code}")
        return json.loads(answer.out)


def ringing(states: dict[str, str]) -> list[str]:
    """Return the names of the alarms in ALARM."""
    return sorted(name for name, state in states.items() if state == "ALARM")
