"""python -m pipeline.plan_summary PLAN.json [--drift]

A Terraform plan (terraform show -json) as Markdown: what is made, changed, replaced and destroyed, and what it costs.
With --drift ends with 1 when there is anything to change: the account is no longer what main says.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from cost.difference import markdown

WORDS = {
    ("create",): "made",
    ("update",): "changed",
    ("delete",): "destroyed",
    ("delete", "create"): "replaced",
    ("create", "delete"): "replaced",
    ("forget",): "forgotten",
}
# Changes that lose data or service come first.
ORDER = ["destroyed", "replaced", "forgotten", "changed", "made"]


def changes(plan: dict[str, Any]) -> list[tuple[str, str]]:
    """Return (word, address) of everything that an apply would change, the dangerous first."""
    found = [
        (WORDS[tuple(each["change"]["actions"])], each["address"])
        for each in plan.get("resource_changes", [])
        if each["mode"] == "managed" and each["change"]["actions"] not in (["no-op"], ["read"])
    ]
    return sorted(found, key=lambda change: (ORDER.index(change[0]), change[1]))


def summary(environment: str, plan: dict[str, Any]) -> str:
    """Return the page."""
    found = changes(plan)
    counts = ", ".join(f"{n} {word}" for word in ORDER if (n := sum(1 for each in found if each[0] == word)))
    lines = [f"### Terraform: {environment}", "", counts or "Nothing to change.", ""]
    if found:
        lines += ["| | resource |", "|---|---|", *(f"| {word} | `{address}` |" for word, address in found), ""]
    if problems := [each for each in plan.get("checks", []) if each["status"] == "fail"]:
        lines += [f"Check failed: `{each['address']['to_display']}`" for each in problems] + [""]
    return "\n".join([*lines, markdown(environment, plan)])


def main(arguments: list[str]) -> int:
    """Print the page; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m pipeline.plan_summary", description=__doc__)
    parser.add_argument("plan", type=Path, help="ENVIRONMENT.json, as `make plan ENV=` writes it")
    parser.add_argument("--drift", action="store_true", help="fail when there is anything to change")
    options = parser.parse_args(arguments)
    plan = json.loads(options.plan.read_text())
    sys.stdout.write(summary(options.plan.stem, plan))
    return 1 if options.drift and changes(plan) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
