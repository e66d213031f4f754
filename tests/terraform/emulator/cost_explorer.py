"""Cost anomaly monitors and subscriptions, cost-allocation tags: moto 5.2.5 knows cost categories alone."""

import uuid
from typing import Any

from tests.terraform.emulator.answers import ACCOUNT, Answer, Question, ok

_things: dict[str, dict[str, Any]] = {}
_tags_of: dict[str, list[dict[str, str]]] = {}
_allocation: dict[str, dict[str, str]] = {}


def answer(question: Question) -> Answer | None:  # noqa: C901, PLR0911 (a table of calls)
    """Answer what the provider calls for the three resources."""
    body = question.body
    match question.operation:
        case "CreateAnomalyMonitor":
            return _create("anomalymonitor", "MonitorArn", body["AnomalyMonitor"], body)
        case "CreateAnomalySubscription":
            subscription = body["AnomalySubscription"]
            for subscriber in subscription["Subscribers"]:
                subscriber.setdefault("Status", "CONFIRMED")
            return _create("anomalysubscription", "SubscriptionArn", subscription, body)
        case "GetAnomalyMonitors":
            return ok(AnomalyMonitors=_listed(":anomalymonitor/", body.get("MonitorArnList")))
        case "GetAnomalySubscriptions":
            return ok(AnomalySubscriptions=_listed(":anomalysubscription/", body.get("SubscriptionArnList")))
        case "DeleteAnomalyMonitor":
            _things.pop(body["MonitorArn"])
            return ok()
        case "DeleteAnomalySubscription":
            _things.pop(body["SubscriptionArn"])
            return ok()
        case "ListTagsForResource" if body.get("ResourceArn") in _things:
            return ok(ResourceTags=_tags_of[body["ResourceArn"]])
        case "UpdateCostAllocationTagsStatus":
            _allocation.update({tag["TagKey"]: tag for tag in body["CostAllocationTagsStatus"]})
            return ok(Errors=[])
        case "ListCostAllocationTags":
            wanted = body.get("TagKeys") or list(_allocation)
            return ok(
                CostAllocationTags=[_allocation[key] | {"Type": "UserDefined"} for key in wanted if key in _allocation]
            )
    return None


def _create(kind: str, key: str, thing: dict[str, Any], body: dict[str, Any]) -> Answer:
    arn = f"arn:aws:ce::{ACCOUNT}:{kind}/{uuid.uuid4()}"
    _things[arn] = {"AccountId": ACCOUNT} | thing | {key: arn}
    _tags_of[arn] = body.get("ResourceTags", [])
    return ok(**{key: arn})


def _listed(kind: str, wanted: list[str] | None) -> list[dict[str, Any]]:
    return [thing for arn, thing in _things.items() if kind in arn and (not wanted or arn in wanted)]
