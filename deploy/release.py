"""Runs the steps in order, writes each into the journal, and goes back when the new colour is not well."""

from dataclasses import replace

from deploy import judges, traffic
from deploy.cluster import Picture, other
from deploy.failures import (
    FIRST_RELEASE,
    LEASE_HELD,
    NOTHING_TO_RESUME,
    REFUSED,
    ROLLBACK_NOT_SEEN,
    UNFINISHED,
    Failure,
)
from deploy.journal import Entry
from deploy.kubectl import KubectlError
from deploy.run import Run
from deploy.steps import AFTER_FLIP, MOVED, NAMES, STEPS
from deploy.waiting import until


def release(run: Run, *, image: str, resume: bool, first: bool) -> str:
    """Bring `image` to all users, or raise the failure that stopped it; return what was reached as a sentence."""
    run.journal.entry = Entry(image=image)
    if resume:
        _wait_for_lease(run)
        done = Entry.of(run.picture.journal)
        if done.state == "finished" and done.image == image and run.picture.live == done.to:
            return f"{done.to} serves {done.image} already."
    if held := run.lease.held_by_other(run.picture.lease):
        raise Failure(LEASE_HELD, f"Another one is at work: {held}.")
    entry = _resumed(run.picture, image=image) if resume else None
    run.resumed = entry is not None
    begin_at = NAMES[0]
    if entry is None:
        entry = planned(run.picture, image=image, first=first)
    elif entry.step == "share" or (entry.step in MOVED and run.picture.live == entry.to):
        begin_at = entry.step
    if begin_at == NAMES[0]:
        judges.must_be_there(run, first=entry.first)
        if entry.from_:  # at the first release nothing serves yet
            judges.must_be_reached(run)
    run.lease.take(run.picture.lease)
    run.journal.entry = entry
    try:
        _steps(run, begin_at)
        run.journal.write(state="finished", step="", why="")
    except Failure as failure:
        _after(run, failure)
        raise
    except KubectlError as error:
        refusal = Failure(REFUSED, f"The cluster refuses a command: {error}")
        _after(run, refusal)
        raise refusal from error
    finally:
        run.lease.give_back()
    return f"{entry.to} serves {entry.image}." + (
        f" {entry.from_} is what `rollback` returns to." if entry.from_ else ""
    )


def planned(picture: Picture, *, image: str, first: bool) -> Entry:
    """Return a new entry; refuse while users may be on a colour that nobody has judged, or what must be a first one."""
    former = Entry.of(picture.journal)
    if former.state == "running" and former.step in MOVED and not former.first and not _by_hand(former, picture):
        raise Failure(UNFINISHED, f"The release of {former.image} stopped at its step {former.step}, at {former.at}.")
    live = picture.live
    if live and picture.colours[live].exists:
        return Entry(state="running", image=image, from_=live, to=other(live))
    if not first:
        raise Failure(FIRST_RELEASE, "No colour is live here: nothing has been released yet.")
    return Entry(state="running", image=image, to=live or "blue", first=True)


def _resumed(picture: Picture, *, image: str) -> Entry | None:
    """Return the entry to go on with; None to begin anew with the image."""
    entry = Entry.of(picture.journal)
    valid = entry.step in MOVED or entry.first or picture.live == entry.from_
    if entry.state in {"running", "stopped"} and valid and not _by_hand(entry, picture) and image in {"", entry.image}:
        return replace(entry, state="running", why="")
    if not image:
        raise Failure(NOTHING_TO_RESUME, "No release is under way here.")
    return None


def _by_hand(entry: Entry, picture: Picture) -> bool:
    """Whether somebody has moved the traffic back, without this tool, after its flip had been seen."""
    return entry.step in AFTER_FLIP and bool(entry.from_) and picture.live == entry.from_


def _wait_for_lease(run: Run) -> None:
    """Let a Lease run out whose holder was killed; one that lives renews it, and is not waited for."""
    renewed = run.picture.lease.get("spec", {}).get("renewTime")

    def free() -> bool | None:
        held = run.lease.held_by_other(run.picture.lease)
        if not held:
            return True
        if run.picture.lease["spec"]["renewTime"] != renewed:
            raise Failure(LEASE_HELD, f"Another one is at work: {held}.")
        run.progress.waiting(f"the Lease to run out, held by {held}")
        run.look()
        return None

    until(run.clock, free, seconds=2 * run.file.lease_seconds, every=run.file.poll_seconds)


def _steps(run: Run, begin_at: str) -> None:
    for step in STEPS[NAMES.index(begin_at) :]:
        run.progress.step(step.name, step.does)
        run.lease.renew()
        run.journal.write(state="running", step=step.name)
        if step.change:
            step.change(run)
        if step.wait and not run.kubectl.dry_run:
            step.wait(run)


def _after(run: Run, failure: Failure) -> None:
    """Do what the failure's kind asks for: go back, or leave everything as it is for a person."""
    if failure.kind.code >= 40:
        return
    if run.entry.step not in MOVED:
        run.journal.write(state="stopped", why=failure.sentence)
    elif run.entry.from_:
        run.progress.note(f"{failure.sentence}\nback to {run.entry.from_}")
        take_back(run, failure.sentence)
        failure.sentence += f" Users are back on {run.entry.from_}; {run.entry.to} and its logs are kept."
    else:
        run.journal.write(state="stopped", why=failure.sentence)
        failure.sentence += f" {run.entry.to} stays: there is no other colour yet."


def take_back(run: Run, why: str) -> None:
    """Move the traffic to the former colour, see it move, and write it down."""
    traffic.move(run, run.entry.from_)
    doubt = traffic.seen(run, run.entry.from_)
    run.journal.write(state="rolled-back", why=why)
    if doubt:
        raise Failure(ROLLBACK_NOT_SEEN, f"The way back was not seen within {run.file.flip_seconds} s: {doubt}.")
