"""How many pods a colour has: the idle one as many as the live one before its gate, the former one pinned after."""

import json

from deploy.cluster import Colour
from deploy.run import Run


def empty_idle(run: Run) -> None:
    """End the pods of the release before the last: a rolling update would start their successors one by one, each for
    minutes on Fargate. Nobody is on them, and the way back to them ends here. A resumed release has done so.
    """
    idle = run.picture.colours[run.entry.to]
    if idle.size and not (run.resumed and idle.image == run.entry.image):
        scale(run, run.entry.to, 0)


def raise_idle(run: Run) -> None:
    """Give the idle colour, just applied, the live one's size as floor and scale; never less than its overlay says."""
    live = run.picture.colours.get(run.entry.from_, Colour())
    idle = run.look().colours[run.entry.to]
    run.journal.write(floor=idle.floor)
    floor = max(idle.floor, live.size)
    if floor > idle.floor:
        set_floor(run, run.entry.to, floor, ceiling=idle.ceiling)
    if idle.size < floor:
        # Also from zero: an autoscaler leaves a Deployment alone that was scaled to zero.
        scale(run, run.entry.to, floor)


def pin_former(run: Run) -> None:
    """Keep the colour that is about to lose its traffic at its size, or its autoscaler would shrink it at once."""
    if not run.entry.from_:
        return
    former = run.look().colours[run.entry.from_]
    run.journal.write(size=former.size)
    set_floor(run, run.entry.from_, former.size, ceiling=former.ceiling)


def settle(run: Run) -> None:
    """Give the live colour its own floor back; the former one stays pinned, or is scaled to zero."""
    set_floor(run, run.entry.to, run.entry.floor)
    if run.entry.from_ and run.file.after_window == "scale-to-zero":
        scale(run, run.entry.from_, 0)
        set_floor(run, run.entry.from_, run.entry.floor)


def set_floor(run: Run, colour: str, floor: int, *, ceiling: int = 0) -> None:
    """Change the least that the autoscaler keeps, and the most where that would be less."""
    spec = {"minReplicas": max(floor, 1)} | ({"maxReplicas": floor} if 0 < ceiling < floor else {})
    patch = json.dumps({"spec": spec}, separators=(",", ":"))
    run.kubectl.change("patch", "hpa", f"todo-{colour}", "--type", "merge", "-p", patch)


def scale(run: Run, colour: str, size: int) -> None:
    run.kubectl.change("scale", f"deployment/todo-{colour}", f"--replicas={size}")
