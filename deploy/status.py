"""What is live, what a rollback would find, and what is under way."""

import json
from typing import TextIO

from deploy.cluster import Picture, other
from deploy.journal import Entry


def facts(picture: Picture) -> dict[str, object]:
    """Return the status as plain values, for `--json`."""
    live, entry = picture.live, Entry.of(picture.journal)
    goal = other(live) if live and not entry.first else ""
    back = picture.colours[goal] if goal else None
    return {
        "event": "status",
        "environment": picture.environment,
        "live": live,
        "colours": {
            name: {"image": colour.image, "size": colour.size, "ready": colour.ready, "floor": colour.floor}
            for name, colour in picture.colours.items()
            if colour.exists
        },
        "rollback": _rollback(entry, live) if back and back.exists else "none",
        "warm": bool(back and back.ready),
        "release": {key.rstrip("_"): value for key, value in vars(entry).items() if value},
        "held_by": picture.lease.get("spec", {}).get("holderIdentity", ""),
    }


def _rollback(entry: Entry, live: str) -> str:
    """The colour that `rollback` moves to; the one that was just taken back is nowhere to return to."""
    return "none" if entry.state == "rolled-back" and live == entry.from_ else other(live)


def show(picture: Picture, stream: TextIO, *, machine: bool) -> None:
    """Print the status for a person or a machine."""
    found = facts(picture)
    if machine:
        stream.write(json.dumps(found) + "\n")
        return
    stream.write(f"{picture.environment}: {picture.live or 'nothing'} is live\n")
    for name, colour in picture.colours.items():
        if colour.exists:
            mark = "live" if name == picture.live else "idle"
            ready = f"{colour.ready} of {colour.size} ready"
            stream.write(f"  {name:<6} {mark}  {ready}, floor {colour.floor}  {colour.image}\n")
    if found["rollback"] == "none":
        stream.write("rollback: there is nothing to return to\n")
    else:
        warmth = "warm: seconds" if found["warm"] else "cold: minutes, it starts pods first"
        stream.write(f"rollback: to {found['rollback']}, {warmth}\n")
    entry = Entry.of(picture.journal)
    if entry.state:
        what = f"{entry.image} to {entry.to}: {entry.state}" + (f" at step {entry.step}" if entry.step else "")
        stream.write(f"release:  {what}, since {entry.at}{f' ({entry.why})' if entry.why else ''}\n")
    if found["held_by"]:
        stream.write(f"at work:  {found['held_by']}\n")
