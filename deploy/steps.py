"""The steps of a release, as data. Each may be given twice: a resumed release passes again over what is done."""

from collections.abc import Callable
from typing import NamedTuple

from deploy import bake, gate, jobs, judges, leftovers, shared, size, traffic
from deploy.failures import FLIP_NOT_SEEN, Failure
from deploy.run import Run


class Step(NamedTuple):
    """`change` gives commands, `wait` ends when they have taken effect. A dry run does the first only."""

    name: str
    does: str
    waits: str
    undone: str
    change: Callable[[Run], None] | None = None
    wait: Callable[[Run], None] | None = None


def start(run: Run) -> None:
    size.empty_idle(run)
    run.kubectl.change("apply", "-k", run.workshop.with_image(run.entry.to, run.entry.image))
    size.raise_idle(run)


def move_in_shares(run: Run) -> None:
    """Give the new colour its percentages one after the other, each seen and watched."""
    judges.must_be_there(run, first=run.entry.first)
    judges.must_be_reached(run)
    if not run.entry.from_ or not run.picture.behind_load_balancer:
        return
    for percent in run.file.traffic_steps:
        run.lease.confirm()
        traffic.share(run, percent)
        _must_be_seen(run, percent)
        bake.watch(run, seconds=run.file.step_seconds, counts=False)


def flip(run: Run) -> None:
    size.pin_former(run)
    run.lease.confirm()
    traffic.move(run, run.entry.to)


def wait_flipped(run: Run) -> None:
    _must_be_seen(run, 100)


def wait_baked(run: Run) -> None:
    bake.watch(run, seconds=run.file.bake_seconds)


def wait_window(run: Run) -> None:
    """Keep the former colour as it is; the Lease stays ours, so that nobody deploys over it."""
    end = run.clock.now() + run.file.rollback_window_seconds

    def under_way() -> str:
        seconds = end - run.clock.now()
        return f"{run.entry.from_ or 'nothing'} stays warm for {seconds:.0f} s" if seconds > 0 else ""

    run.wait(under_way, seconds=run.file.rollback_window_seconds)


def settle(run: Run) -> None:
    run.lease.confirm()
    size.settle(run)
    # Hourly work goes on with the release that has proved itself.
    run.kubectl.change("apply", "-k", run.workshop.with_image("prune", run.entry.image))
    leftovers.delete(run)


def _must_be_seen(run: Run, percent: int) -> None:
    doubt = traffic.seen(run, run.entry.to, percent)
    if doubt:
        raise Failure(FLIP_NOT_SEEN, f"The flip was not seen within {run.file.flip_seconds} s: {doubt}.")


STEPS = (
    Step(
        "shared",
        "apply what outlives a colour (at the first release the traffic object too)",
        "what it runs to be ready; at the first release for the bindings of both target groups",
        "nothing to undo: both colours share it",
        shared.apply,
        shared.wait_ready,
    ),
    Step(
        "migrate",
        "run the migrations of the image in a Job named by its digest",
        "the Job's end; its log is shown",
        "never: migrations only expand, so the former release serves the new schema",
        lambda run: jobs.begin(run, jobs.migration(run)),
        lambda run: jobs.finish(run, jobs.migration(run)),
    ),
    Step(
        "start",
        "apply the idle colour with the image, as many pods as the live one has",
        "every pod ready once",
        "nothing to undo: no user is on it",
        start,
        gate.wait_started,
    ),
    Step(
        "gate",
        "ask every pod of the idle colour again and again",
        "a time in which each was ready, unrestarted, reached the database and was healthy for the balancer",
        "nothing to undo",
        wait=gate.wait_healthy,
    ),
    Step(
        "smoke",
        "run the smoke Job against the idle colour's own Service",
        "the Job's end; its log is shown",
        "nothing to undo",
        lambda run: jobs.begin(run, jobs.smoke(run)),
        lambda run: jobs.finish(run, jobs.smoke(run)),
    ),
    Step(
        "share",
        "ask whether the judges and the address are there, then move traffic in the percentages of traffic_steps",
        "each to be seen at the load balancer, and watched",
        "the former colour's traffic overlay",
        wait=move_in_shares,
    ),
    Step(
        "flip",
        "pin the former colour at its size, and move all traffic",
        "the load balancer (local: the EndpointSlices) to say so",
        "the former colour's traffic overlay",
        flip,
        wait_flipped,
    ),
    Step(
        "bake",
        "watch SLOs, alarms and requests of our own",
        "the bake's end without a breach",
        "the former colour's traffic overlay",
        wait=wait_baked,
    ),
    Step(
        "window",
        "keep the former colour warm",
        "the window's end",
        "`rollback`, in seconds",
        wait=wait_window,
    ),
    Step(
        "settle",
        "give the live colour its own floor back; keep the former one or scale it to zero; renew the CronJob",
        "nothing",
        "`rollback`; from zero pods in minutes",
        settle,
    ),
)
NAMES = tuple(step.name for step in STEPS)
# From here on users may be on the new colour.
MOVED = NAMES[NAMES.index("share") :]
AFTER_FLIP = NAMES[NAMES.index("bake") :]
