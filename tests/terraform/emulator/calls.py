"""Which IAM action a request asks for: the account keeps a list of all that Terraform called.

Services with one address say the operation themselves; for those with paths, botocore's description of the service
does. An action has the operation's name, but for the few that IAM names otherwise.
"""

import functools
import re
from typing import Any
from urllib.parse import parse_qs

import botocore.session

# IAM's prefix to botocore's name, where they differ.
_MODELS = {"elasticloadbalancing": "elbv2", "monitoring": "cloudwatch"}
# https://docs.aws.amazon.com/service-authorization/latest/reference/: operations under another name.
_RENAMED = {
    "lambda:Invoke": "lambda:InvokeFunction",
    "budgets:CreateBudget": "budgets:ModifyBudget",
    "budgets:CreateNotification": "budgets:ModifyBudget",
    "budgets:DeleteBudget": "budgets:ModifyBudget",
    "budgets:DescribeBudget": "budgets:ViewBudget",
    "budgets:DescribeNotificationsForBudget": "budgets:ViewBudget",
    "budgets:DescribeSubscribersForNotification": "budgets:ViewBudget",
}


def action(service: str, method: str, address: str, *, target: str, body: bytes) -> str | None:
    """Return "service:Operation" of a request, None where it cannot be told."""
    prefix = {"monitoring": "cloudwatch"}.get(service, service)
    if target:
        operation: str | None = target.rsplit(".", 1)[-1]
    elif found := parse_qs(body.decode(errors="replace")).get("Action"):
        operation = found[0]
    else:
        operation = _by_path(service, method, *address.split("?", 1))
    return _RENAMED.get(f"{prefix}:{operation}", f"{prefix}:{operation}") if operation else None


def _by_path(service: str, method: str, path: str, query: str = "") -> str | None:
    asked = set(parse_qs(query, keep_blank_values=True))
    found = [
        (len(required), name)
        for verb, pattern, required, name in _routes(service)
        if verb == method and pattern.fullmatch(path) and required <= asked
    ]
    return max(found)[1] if found else None


@functools.cache
def _routes(service: str) -> list[tuple[str, re.Pattern[str], set[str], str]]:
    try:
        model: Any = botocore.session.get_session().get_service_model(_MODELS.get(service, service))
    except botocore.exceptions.UnknownServiceError:
        return []
    routes = []
    for name in model.operation_names:
        http = model.operation_model(name).http
        path, _, query = http["requestUri"].partition("?")
        pattern = re.sub(r"\\{\w+\\\+\\}", ".+", re.escape(path))
        pattern = re.sub(r"\\{\w+\\}", "[^/]+", pattern)
        routes.append(
            (http["method"], re.compile(pattern.rstrip("/") + "/?"), set(parse_qs(query, keep_blank_values=True)), name)
        )
    return routes
