"""Moves the traffic to a colour, and keeps enough pods behind it: sizes follow the live colour, never the reverse.

One object is applied whole to move traffic. The move counts only when the load balancer shows it.
"""

from __future__ import annotations

import json
from typing import NamedTuple

from deploy.aws import NotInstalled
from deploy.cluster import Colour
from deploy.failures import LEASE_LOST, ROLLBACK_NOT_SEEN, Failure, Unanswered
from deploy.kubectl import KubectlError
from deploy.names import COLOURS, TRAFFIC, other, web
from deploy.run import Run


def move(run: Run, colour: str) -> None:
    """Give a colour all traffic. This one command is the flip, and the rollback."""
    run.kubectl.change("apply", "-k", run.checkout.overlay(f"traffic-{colour}"))


class Doubt(NamedTuple):
    """Reasons against a flip; `asked` is False when the load balancer could not be asked."""

    text: str
    asked: bool = True


def doubt_about(run: Run, colour: str) -> Doubt:
    """Wait until a colour really gets all traffic; return an empty doubt, or the reason why it does not."""
    found = Doubt("")

    def doubt() -> str:
        nonlocal found
        try:
            found = Doubt((_of_balancer if run.picture.behind_load_balancer else _of_endpoints)(run, colour))
        except (Unanswered, KubectlError) as error:
            found = Doubt(str(error), asked=False)
            if isinstance(error, NotInstalled):
                return ""
        return found.text and f"traffic on {colour}: {found.text}"

    run.wait(doubt, seconds=run.settings.flip_seconds, every=1)
    return found


def _of_balancer(run: Run, colour: str) -> str:
    rules, weights = run.aws.rules(), {colour: 100, other(colour): 0}
    if rules and all(rule["weights"] == weights for rule in rules):
        return ""
    return (
        "the load balancer's rules have other weights" if rules else "no rule of the load balancer knows both colours"
    )


def _of_endpoints(run: Run, colour: str) -> str:
    slices = run.kubectl.objects("endpointslices", "-l", f"kubernetes.io/service-name={TRAFFIC}")
    ready = [each for part in slices for each in part.get("endpoints") or [] if each["conditions"].get("ready")]
    names = [each["targetRef"]["name"] for each in ready]
    if strangers := [name for name in names if not name.startswith(f"{web(colour)}-")]:
        return f"endpoints of the other colour: {', '.join(strangers)}"
    return "" if names else "no endpoint is ready"


def take_back(run: Run, why: str) -> Doubt:
    """Move the traffic to the former colour, see it move, and record it; return a doubt if AWS could not be asked."""
    move(run, run.entry.from_)
    doubt = Doubt("") if run.kubectl.dry_run else doubt_about(run, run.entry.from_)
    run.journal.write(state="rolled-back", why=why)
    if doubt.text and doubt.asked:
        raise Failure(
            ROLLBACK_NOT_SEEN, f"The way back was not seen within {run.settings.flip_seconds} s: {doubt.text}."
        )
    return doubt


def size_idle(run: Run) -> None:
    """Give the idle colour, just applied, the live one's size as floor and scale, but not less than its overlay says.

    The overlay's bounds hold for both colours. The live one gets them back: an earlier rollback may have raised them.
    """
    picture = run.look()
    live, idle = picture.colours.get(run.entry.from_, Colour()), picture.colours[run.entry.to]
    run.journal.write(floor=idle.floor, ceiling=idle.ceiling)
    restore(run, run.entry.from_)
    size = max(idle.floor, live.size)
    bound(run, run.entry.to, floor=size, ceiling=idle.ceiling)
    if idle.size < size:
        # Also from zero: an autoscaler does nothing to a Deployment that was scaled to zero.
        scale(run, run.entry.to, size)


def pin_former(run: Run) -> None:
    """Keep the colour that is about to lose its traffic at its size, or its autoscaler would shrink it at once."""
    if run.entry.from_:
        former = run.look().colours[run.entry.from_]
        bound(run, run.entry.from_, floor=former.size, ceiling=run.entry.ceiling)


def keep_former(run: Run) -> None:
    """Let the former colour grow with the live one while a release is watched: a rollback must find enough pods."""
    picture = run.look()
    if picture.live != run.entry.to:
        raise Failure(LEASE_LOST, f"Somebody else has moved all traffic to {picture.live}.")
    if run.entry.from_:
        grow(run, run.entry.from_, picture.colours[run.entry.to].size)


def grow(run: Run, colour: str, size: int) -> None:
    """Raise floor, ceiling and scale of a colour to a size; what is larger already stays."""
    found = run.picture.colours[colour]
    bound(run, colour, floor=max(found.floor, size), ceiling=found.ceiling)
    if found.size < size:
        scale(run, colour, size)


def settle(run: Run) -> None:
    """Give the live colour its own bounds back; the former one stays pinned, or is scaled to zero."""
    run.look()
    restore(run, run.entry.to)
    if run.entry.from_ and run.settings.after_window == "scale-to-zero":
        scale(run, run.entry.from_, 0)
        bound(run, run.entry.from_, floor=run.entry.floor, ceiling=run.entry.ceiling)


def restore(run: Run, colour: str) -> None:
    """Give a colour the bounds of its overlay back, but no ceiling below the pods that it has: users need them."""
    if colour in COLOURS and run.entry.floor:
        size = run.picture.colours[colour].size
        bound(run, colour, floor=run.entry.floor, ceiling=max(run.entry.ceiling, size))


def bound(run: Run, colour: str, *, floor: int, ceiling: int) -> None:
    """Set the least and the most pods that the autoscaler keeps, unless they are so."""
    found, floor = run.picture.colours[colour], max(floor, 1)
    spec = {"minReplicas": floor, "maxReplicas": max(floor, ceiling)}
    if (found.floor, found.ceiling) != (spec["minReplicas"], spec["maxReplicas"]):
        patch = json.dumps({"spec": spec}, separators=(",", ":"))
        run.kubectl.change("patch", "hpa", web(colour), "--type", "merge", "-p", patch)


def scale(run: Run, colour: str, size: int) -> None:
    run.kubectl.change("scale", f"deployment/{web(colour)}", f"--replicas={size}")
