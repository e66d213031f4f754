"""Brings an image to its users: the steps in order, where a release begins, and the state it leaves when it stops.

Each step may run twice: a resumed release repeats steps that are done.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from deploy import failures, idle, jobs, judges, traffic
from deploy.cluster import Picture
from deploy.failures import Failure
from deploy.kubectl import KubectlError
from deploy.names import COLOURS, other
from deploy.progress import moment
from deploy.records import MOVED, SEEN, Entry
from deploy.run import Run


class Step(NamedTuple):
    """`change` gives commands, `wait` ends when they have taken effect. A dry run does the first only."""

    name: str
    does: str
    change: Callable[[Run], None] | None = None
    wait: Callable[[Run], None] | None = None


def ask_judges(run: Run) -> None:
    """Refuse to move traffic to a colour that cannot be judged."""
    judges.must_be_there(run)
    judges.must_be_reached(run)


def flip(run: Run) -> None:
    traffic.pin_former(run)
    run.lease.confirm()
    traffic.move(run, run.entry.to)


def wait_flipped(run: Run) -> None:
    if doubt := traffic.doubt_about(run, run.entry.to).text:
        raise Failure(failures.FLIP_NOT_SEEN, f"The flip was not seen within {run.settings.flip_seconds} s: {doubt}.")


def wait_window(run: Run) -> None:
    """Keep the former colour as large as the live one. The Lease stays ours, so that no other release begins."""
    seconds = run.settings.rollback_window_seconds
    end = moment(run.clock.now() + seconds)

    def not_over() -> str:
        traffic.keep_former(run)
        return f"{run.entry.from_} to stay warm until {end}"

    if seconds and run.entry.from_:
        run.wait(not_over, seconds=seconds)


def settle(run: Run) -> None:
    """Prepare the cluster for the next release."""
    traffic.settle(run)
    # The hourly CronJob gets the image that has proved itself.
    run.kubectl.change("apply", "-k", run.checkout.with_image("prune", run.entry.image))
    # A failed Job stays for a day, with its alert. One that is done would be billed until then.
    jobs.delete(run, jobs.migration(run).name)
    # Each release made an immutable ConfigMap. A rollback needs only those that the two Deployments name.
    picture = run.look()
    used = {name for colour in picture.colours.values() for name in colour.configuration}
    for name in sorted(set(picture.configurations) - used):
        run.kubectl.change("delete", "configmap", name)


# docs/runbooks/release.md says what each waits for and how it is undone.
STEPS = (
    Step("shared", "apply what both colours share", idle.apply_shared, idle.wait_shared),
    Step("migrate", "run the image's migrations in a Job named by its digest", jobs.begin, jobs.finish),
    Step("start", "apply the idle colour, as many pods as the live one has", idle.start, idle.wait_started),
    Step("gate", "ask every pod of the idle colour again and again", wait=idle.wait_healthy),
    Step("smoke", "test the idle colour through its own Service", jobs.begin, jobs.finish),
    Step("judges", "ask whether those who judge the new colour are there", wait=ask_judges),
    Step("flip", "pin the former colour at its size, and move all traffic", flip, wait_flipped),
    Step("bake", "watch SLOs, alarms and requests of the tool's own", wait=judges.watch),
    Step("window", "keep the former colour warm", wait=wait_window),
    Step("settle", "give the autoscalers their bounds back, clean up, renew the CronJob", settle),
)
NAMES = tuple(step.name for step in STEPS)


def release(run: Run, *, image: str, resume: bool, first: bool) -> str:
    """Bring `image` to all users, or raise the failure that stopped it; return what was reached as a sentence."""
    run.journal.entry = Entry(image=image)
    if resume:
        _wait_for_lease(run)
        done = Entry.of(run.picture.journal)
        if done.state == "finished" and done.image == image and run.picture.live == done.to:
            return f"{done.to} serves {done.image} already."
    if held := run.lease.held_by_other(run.picture.lease):
        raise Failure(failures.LEASE_HELD, f"Another release or rollback is running: {held}.")
    resumed = _resumed(run.picture, image=image) if resume else None
    run.resumed = resumed is not None
    run.journal.entry = entry = resumed or planned(run.picture, image=image, first=first)
    begin_at = entry.step if entry.step in MOVED and run.picture.live == entry.to else NAMES[0]
    if begin_at == NAMES[0]:
        judges.must_be_there(run)
        if entry.from_:  # at the first release nothing serves yet
            judges.must_be_reached(run)
    run.lease.take(run.picture.lease)
    try:
        _walk(run, begin_at)
        run.journal.write(state="finished", step="", why="")
    except Failure as failure:
        _give_up(run, failure)
        raise
    except KeyboardInterrupt:
        jobs.stop_all(run)
        if run.entry.step not in MOVED:
            run.journal.write(state="stopped", why="interrupted")
        raise
    finally:
        run.lease.give_back()
    return f"{entry.to} serves {entry.image}." + (f" A rollback returns to {entry.from_}." if entry.from_ else "")


def _walk(run: Run, begin_at: str) -> None:
    for step in STEPS[NAMES.index(begin_at) :]:
        run.progress.step(step.name, step.does)
        run.lease.confirm()
        run.journal.write(state="running", step=step.name)
        if step.change:
            step.change(run)
        if step.wait and not run.kubectl.dry_run:
            step.wait(run)


def _give_up(run: Run, failure: Failure) -> None:
    """Stop every Job that could go on by itself, and move users off a colour that is not well."""
    if failure.kind is failures.LEASE_LOST and _rolled_back(run):
        failure.sentence = "A rollback took over; nothing to do."
    # A release that took the Lease has joined the Job. A cluster that is away gets no command: the Job has a deadline.
    if failure.kind is not failures.CLUSTER_UNREACHABLE and not run.lease.taken_by.startswith("release/"):
        jobs.stop_all(run)
    if failure.kind.code >= 40:
        return
    entry = run.entry
    if entry.first:
        failure.sentence += f" {entry.to} stays: there is no other colour yet."
    if entry.first or entry.step not in MOVED:
        run.journal.write(state="stopped", why=failure.sentence)
        return
    run.progress.note(f"{failure.sentence}\nback to {entry.from_}")
    try:
        doubt = traffic.take_back(run, failure.sentence)
    except KubectlError as error:
        raise Failure(failures.ROLLBACK_NOT_SEEN, f"{failure.sentence} The way back was refused: {error}") from error
    if doubt.text:
        raise Failure(
            failures.ROLLBACK_NOT_SEEN, f"{failure.sentence} It is not confirmed that users are back: {doubt.text}"
        )
    failure.sentence += f" Users are back on {entry.from_}; {entry.to} and its logs are kept."


def _rolled_back(run: Run) -> bool:
    if run.lease.taken_by:
        return run.lease.taken_by.startswith("rollback/")
    return Entry.of(run.look().journal).state == "rolled-back"


def planned(picture: Picture, *, image: str, first: bool) -> Entry:
    """Return a new entry; refuse while users may be on a colour that was not judged, or a first one without --first."""
    former = Entry.of(picture.journal)
    if former.state == "running" and former.step in MOVED and not former.first and not _by_hand(former, picture):
        raise Failure(
            failures.UNFINISHED, f"The release of {former.image} stopped at its step {former.step}, at {former.at}."
        )
    live = picture.live
    if live and picture.colours[live].exists:
        return Entry(state="running", image=image, from_=live, to=other(live))
    if not first:
        raise Failure(failures.FIRST_RELEASE, "No colour is live here: nothing has been released yet.")
    return Entry(state="running", image=image, to=live or COLOURS[0], first=True)


def _resumed(picture: Picture, *, image: str) -> Entry | None:
    """Return the entry to go on with; None to begin again with the image."""
    entry = Entry.of(picture.journal)
    valid = entry.step in MOVED or entry.first or picture.live == entry.from_
    if entry.state in {"running", "stopped"} and valid and not _by_hand(entry, picture) and image in {"", entry.image}:
        return replace(entry, state="running", why="")
    if not image:
        raise Failure(failures.NOTHING_TO_RESUME, "No release is under way here.")
    return None


def _by_hand(entry: Entry, picture: Picture) -> bool:
    """Whether somebody has moved the traffic back without this tool, after the flip was seen."""
    return entry.step in SEEN and bool(entry.from_) and picture.live == entry.from_


def _wait_for_lease(run: Run) -> None:
    """Let the Lease of a killed holder run out. A living one renews it, and holds it after this time as well."""

    def held() -> str:
        holder = run.lease.held_by_other(run.look().lease)
        return holder and f"the Lease of {holder} to expire"

    run.wait(held, seconds=run.lease.seconds + 1)
