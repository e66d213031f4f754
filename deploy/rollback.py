"""Moves users back to the former colour: one look, the Lease, the flip. `status` says what a rollback would find.

A rollback waits for no pod if the former colour is as large as the live one, for seconds if it is smaller, and for
minutes only if it has no pod at all.
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
    ready, none_ready_at = run.picture.colours[back].ready, run.clock.now()
    if run.kubectl.dry_run or ready >= needed:
        return ""
    if not ready:
        run.progress.note(f"{back} is cold (no pod is ready): its pods start first, which takes minutes on Fargate.")

    def too_few() -> str:
        nonlocal ready, none_ready_at
        ready = run.look().colours[back].ready
        if not ready:
            none_ready_at = run.clock.now()
        over = run.clock.now() - none_ready_at >= run.settings.rollback_wait_seconds
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
    groups = run.aws.target_groups()
    weights = [
        {"TargetGroupArn": groups.get(colour, "…"), "Weight": weight}
        for colour, weight in ((goal, 100), (other(goal), 0))
    ]
    actions = json.dumps([{"Type": "forward", "ForwardConfig": {"TargetGroups": weights}}], separators=(",", ":"))
    try:
        rules, silence = [rule["arn"] for rule in run.aws.rules()], ""
    except Unanswered as error:
        rules, silence = ["…"], f"\n# {error}: find the rule by aws elbv2 describe-rules --listener-arn …"
    return "\n".join([
        "# First the wish, or the controller undoes the rest as soon as it is back:",
        wish,
        "# Then the load balancer, with a role that may elasticloadbalancing:ModifyRule (an administrator):" + silence,
        *(f"aws elbv2 modify-rule --rule-arn {rule} --actions '{actions}'" for rule in rules),
    ])  # fmt: skip


def status(run: Run) -> str:
    """Return the status as lines for a person."""
    picture, entry = run.picture, Entry.of(run.picture.journal)
    lines = [f"{run.environment}: {picture.live or 'nothing'} is live"]
    for name, colour in picture.colours.items():
        if colour.exists:
            mark, ready = "live" if name == picture.live else "idle", f"{colour.ready} of {colour.size} ready"
            lines.append(f"  {name:<6} {mark}  {ready}, {colour.floor} to {colour.ceiling}  {colour.image}")
    lines.append(f"rollback: {_way_back(run, entry)}")
    if entry.state:
        what = f"{entry.image} to {entry.to}: {entry.state}" + (f" at step {entry.step}" if entry.step else "")
        lines.append(f"release:  {what}, since {entry.at}{f' ({entry.why})' if entry.why else ''}")
    return "\n".join([*lines, *_at_work(run, entry)])


def lives(run: Run) -> bool:
    """Whether a release or rollback is at work: its Lease has not run out."""
    return bool(run.lease.held_by_other(run.picture.lease))


def _way_back(run: Run, entry: Entry) -> str:
    """Say where a rollback goes; to the colour that was just taken back it does not."""
    picture = run.picture
    goal = other(picture.live) if picture.live and not entry.first else ""
    taken_back = entry.state == "rolled-back" and picture.live == entry.from_
    if not goal or taken_back or not picture.colours[goal].exists:
        return "there is nothing to return to"
    ready, needed = picture.colours[goal].ready, max(picture.colours[picture.live].size, 1)
    if ready >= needed:
        return f"to {goal}, warm: seconds"
    if ready:
        return f"to {goal}, {ready} of the {needed} pods needed: the rest starts at the rollback"
    return f"to {goal}, cold: minutes, it starts {needed} pods first"


def _at_work(run: Run, entry: Entry) -> list[str]:
    lease = run.picture.lease
    holder = lease.get("spec", {}).get("holderIdentity", "")
    sign = f"{holder} gave its last sign of life {run.lease.silent_seconds(lease):.0f} s ago" if holder else ""
    if lives(run):
        return [f"at work:  {sign}"]
    if entry.state != "running":
        return []
    tool = f"--env {run.environment}"
    return [
        f"dead: resume or roll back ({sign or 'its Lease has no holder'})",
        f"  next: python3 -m deploy release {tool} --resume   (or: python3 -m deploy rollback {tool})",
    ]
