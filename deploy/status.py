"""Says which colour is live, how large the former one is, and whether somebody is at work."""

from __future__ import annotations

from deploy.names import other
from deploy.records import Entry
from deploy.run import Run


def show(run: Run) -> str:
    """Return the status as lines for a person."""
    picture, entry = run.picture, Entry.of(run.picture.journal)
    lines = [f"{run.environment}: {picture.live or 'nothing'} is live"]
    for name, colour in picture.colours.items():
        if colour.exists:
            mark, ready = "live" if name == picture.live else "idle", f"{colour.ready} of {colour.size} ready"
            lines.append(f"  {name:<6} {mark}  {ready}, {colour.floor} to {colour.ceiling}  {colour.image}")
    lines.append(f"rollback: {_rollback(run, entry)}")
    if entry.state:
        what = f"{entry.image} to {entry.to}: {entry.state}" + (f" at step {entry.step}" if entry.step else "")
        lines.append(f"release:  {what}, since {entry.at}{f' ({entry.why})' if entry.why else ''}")
    return "\n".join([*lines, *_at_work(run, entry)])


def lives(run: Run) -> bool:
    """Whether a release or rollback is at work: its Lease has not run out."""
    return bool(run.lease.held_by_other(run.picture.lease))


def _rollback(run: Run, entry: Entry) -> str:
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
        f"dead: resume or roll back ({sign or 'nobody holds its Lease'})",
        f"  next: python3 -m deploy release {tool} --resume   (or: python3 -m deploy rollback {tool})",
    ]
