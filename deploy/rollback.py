"""Back to the former colour: one look, the Lease, the flip. No pod is waited for while the former colour is as large
as the live one; else for seconds, and for minutes only when it has no pod at all.
"""

from __future__ import annotations

import json
from dataclasses import replace

from deploy import traffic
from deploy.failures import COLD, NOTHING_TO_RETURN_TO, Failure, Unanswered
from deploy.names import COLOURS, NAMESPACE, other
from deploy.records import MOVED, Entry
from deploy.run import Run


def rollback(run: Run, *, all_pods: bool) -> str:
    """Return what was done as a sentence, or raise the failure."""
    run.journal.entry = entry = back_from(run)
    back, moving = entry.from_, entry.state == "running" and entry.step in MOVED
    if run.picture.live == back and not moving:
        # Also what a killed rollback has left to do.
        if entry.state != "rolled-back" or run.picture.lease.get("spec"):
            run.lease.take(run.picture.lease)
            run.journal.write(state="rolled-back", why=entry.why or "rollback")
            run.lease.give_back()
        return f"Users are on {back}, the colour to return to."
    run.progress.step("rollback", f"move all traffic from {entry.to} to {back}")
    run.lease.take(run.picture.lease)
    try:
        if not run.picture.journal:
            # Or a second rollback would take this one back.
            run.journal.write(state="finished")
        few = _wait_for_pods(run, back, all_pods=all_pods)
        doubt = traffic.take_back(run, "rollback")
    finally:
        run.lease.give_back()
    sentence = f"Users are back on {back} ({run.picture.colours[back].image}); {entry.to} and its logs are kept."
    if few:
        sentence += f" {few}, the rest is starting."
    if doubt.text:
        sentence += f" Not confirmed by the load balancer: {doubt.text}"
    return sentence


def back_from(run: Run) -> Entry:
    """Return the release to go back from. Without a journal it is the live colour, and the other one is the goal."""
    picture, entry = run.picture, Entry.of(run.picture.journal)
    if not (entry.from_ and entry.to and picture.live in {entry.from_, entry.to}):
        goal = other(picture.live) if picture.live else COLOURS[0]
        entry = replace(entry, from_="" if entry.first else goal, to=picture.live)
        if picture.live and not picture.journal:
            run.progress.note(f"The journal is lost: the other colour, {goal}, is taken for the former one.")
    if not picture.live or not entry.from_ or not picture.colours[entry.from_].exists:
        raise Failure(NOTHING_TO_RETURN_TO, "There is no release before this one.")
    return entry


def _wait_for_pods(run: Run, back: str, *, all_pods: bool) -> str:
    """Make the former colour as large as the live one, and wait until it is, or for a short time once a pod is ready.

    Return "" or, for example, "3 of 10 pods". Traffic never goes to a colour without a pod.
    """
    needed = max(run.picture.colours[other(back)].size, 1)
    traffic.grow(run, back, needed)
    ready, since = run.picture.colours[back].ready, run.clock.now()
    if run.kubectl.dry_run or ready >= needed:
        return ""
    if not ready:
        run.progress.note(f"{back} is cold (no pod is ready): its pods start first, which takes minutes on Fargate.")
    before: int | None = ready

    def too_few() -> str:
        nonlocal ready, since, before
        ready = run.look().colours[back].ready
        if ready and not before:
            since = run.clock.now()  # the first pod is ready: the others have begun with it
        before = ready
        over = run.clock.now() - since >= run.settings.rollback_wait_seconds
        return "" if ready >= needed or (ready and over and not all_pods) else f"{back}: {ready} of {needed} pods ready"

    if run.wait(too_few, seconds=run.settings.start_seconds, every=1):
        raise Failure(
            COLD,
            f"{back} has {ready} of {needed} pods ready after {run.settings.start_seconds} s; traffic was not moved.",
        )
    return f"{ready} of {needed} pods" if ready < needed else ""


def break_glass(run: Run) -> str:
    """Return commands that move all traffic back without the load balancer controller, the journal or this tool."""
    goal = back_from(run).from_
    wish = f"kubectl -n {NAMESPACE} apply -k {run.checkout.overlay(f'traffic-{goal}')}"
    if not run.picture.behind_load_balancer:
        return wish
    lines = [
        "# First the wish, or the controller undoes the rest as soon as it is back:",
        wish,
        "# Then the load balancer itself, with a role that may elasticloadbalancing:ModifyRule (an administrator):",
    ]
    groups = run.aws.target_groups()
    weights = [
        {"TargetGroupArn": groups[colour], "Weight": weight}
        for colour, weight in ((goal, 100), (other(goal), 0))
        if colour in groups
    ]
    actions = json.dumps([{"Type": "forward", "ForwardConfig": {"TargetGroups": weights}}], separators=(",", ":"))
    try:
        for rule in run.aws.rules():
            change = f"modify-rule --rule-arn {rule['arn']} --actions"
            if "listener" in rule:
                change = f"modify-listener --listener-arn {rule['listener']} --default-actions"
            lines.append(f"aws elbv2 {change} '{actions}'")
    except Unanswered as error:
        lines.append(f"# {error}\n# aws elbv2 describe-rules --listener-arn …")
        lines.append(f"# aws elbv2 modify-rule --rule-arn … --actions '{actions}'")
    return "\n".join(lines)
