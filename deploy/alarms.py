"""CloudWatch's alarms of the environment: the slow second net below Prometheus."""

from deploy.load_balancer import Client
from deploy.unanswered import aws_answers


class Alarms:
    """Those whose names begin with `prefix`."""

    def __init__(self, client: Client, prefix: str) -> None:
        self._client, self.prefix = client, prefix

    def states(self) -> dict[str, str]:
        """Return name → state: OK, ALARM or INSUFFICIENT_DATA."""
        with aws_answers("CloudWatch does not answer"):
            pages = self._client("cloudwatch").get_paginator("describe_alarms").paginate(AlarmNamePrefix=self.prefix)
            return {alarm["AlarmName"]: alarm["StateValue"] for page in pages for alarm in page["MetricAlarms"]}


def ringing(states: dict[str, str]) -> list[str]:
    """Return the names of those in ALARM."""
    return sorted(name for name, state in states.items() if state == "ALARM")
