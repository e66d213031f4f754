"""The way back when the load balancer controller is down: commands to paste, with the account's own ARNs."""

import json

from deploy.cluster import other
from deploy.rollback import back_from
from deploy.run import Run
from deploy.unanswered import Unanswered


def commands(run: Run) -> list[str]:
    """Return the commands that move all traffic to the former colour without controller, journal or this tool."""
    goal = back_from(run).from_
    wish = f"kubectl -n todo apply -k {run.workshop.overlay(f'traffic-{goal}')}"
    if not run.picture.behind_load_balancer:
        return [wish]
    groups = run.load_balancer.target_groups()
    weights = [
        {"TargetGroupArn": groups[colour], "Weight": weight}
        for colour, weight in ((goal, 100), (other(goal), 0))
        if colour in groups
    ]
    actions = json.dumps([{"Type": "forward", "ForwardConfig": {"TargetGroups": weights}}], separators=(",", ":"))
    lines = ["# First the wish, or the controller undoes the rest as soon as it is back:", wish]
    lines.append(
        "# Then the load balancer itself, with a role that may elasticloadbalancing:ModifyRule (an administrator):"
    )
    try:
        for rule in run.load_balancer.rules():
            change = f"modify-rule --rule-arn {rule['arn']} --actions"
            if "listener" in rule:
                change = f"modify-listener --listener-arn {rule['listener']} --default-actions"
            lines.append(f"aws elbv2 {change} '{actions}'")
    except Unanswered as error:
        lines.append(
            f"# {error}\n# aws elbv2 describe-rules --listener-arn …\n"
            f"# aws elbv2 modify-rule --rule-arn … --actions '{actions}'"
        )
    return lines
