"""Computes the difference that a plan makes to the month's bill: the account today against the account after it."""

from typing import Any

import environments
from cost import plan, prices, usage
from cost.bill import Line, bill, total
from cost.pricing import MONTH_HOURS, UnknownCostError

# Taken out of both sides: costs that are not planned, such as traffic, are the same before and after.
ALWAYS = float(MONTH_HOURS)


def lines(environment: str, document: dict[str, Any]) -> tuple[list[Line], list[Line]]:
    """Return the bill of the account as it is and as the plan leaves it; raise when a price is missing."""
    before = {"planned_values": document.get("prior_state", {}).get("values", {"root_module": {}})}
    assumed, known = usage.load(environment), prices.load(environments.load()[environment].account()["AWS_REGION"])
    was, will_be = (bill(plan.resources(each), None, assumed, known) for each in (before, document))
    return was, will_be


def markdown(environment: str, document: dict[str, Any]) -> str:
    """Return the difference as Markdown: US dollars a month when it never sleeps, so that nothing hides in a night."""
    try:
        was, will_be = lines(environment, document)
    except (UnknownCostError, prices.UnknownRegionError) as error:
        return f"Cost: unknown. {error}\n"
    change = total(will_be, ALWAYS) - total(was, ALWAYS)
    if abs(change) < 0.005:
        return "Cost: no difference.\n"
    text = [f"Cost: **{change:+.2f} $ a month** without sleep, to {total(will_be, ALWAYS):.2f} $.", ""]
    text += ["| item | before | after |", "|---|---:|---:|"]
    before, after = ({(each.service, each.item): each.total(ALWAYS) for each in side} for side in (was, will_be))
    for key in sorted(before.keys() | after.keys()):
        if abs(after.get(key, 0) - before.get(key, 0)) >= 0.005:
            text.append(f"| {key[0]}: {key[1]} | {before.get(key, 0):.2f} | {after.get(key, 0):.2f} |")
    return "\n".join(text) + "\n"
