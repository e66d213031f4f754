"""Back to the former colour: one look, one command, no pod start while it is warm."""

from dataclasses import replace

from deploy import size
from deploy.cluster import other
from deploy.failures import COLD, NOTHING_TO_RETURN_TO, Failure
from deploy.journal import Entry
from deploy.pods import rollout_of
from deploy.release import take_back
from deploy.run import Run
from deploy.steps import MOVED
from deploy.traffic import move


def rollback(run: Run) -> str:
    """Return what was done as a sentence, or raise the failure."""
    run.journal.entry = back_from(run)
    entry = run.entry
    moving = entry.state == "running" and entry.step in MOVED
    if run.picture.live == entry.from_ and not moving:
        # Also what a killed rollback has left to do.
        if entry.state != "rolled-back" or run.picture.lease.get("spec"):
            run.lease.take(run.picture.lease)
            run.journal.write(state="rolled-back", why=entry.why or "rollback")
            run.lease.give_back()
        return f"Users are on {entry.from_}, the colour to return to."
    run.progress.step("rollback", f"move all traffic from {entry.to} to {entry.from_}")
    run.lease.take(run.picture.lease)
    try:
        if not run.picture.journal:
            # Or a second rollback would take this one back.
            run.journal.write(state="finished")
        if not run.picture.colours[entry.from_].ready:
            _warm(run)
        if run.kubectl.dry_run:
            move(run, entry.from_)
        else:
            take_back(run, "rollback")
    finally:
        run.lease.give_back()
    former = run.picture.colours[entry.from_].image
    return f"Users are back on {entry.from_} ({former}); {entry.to} and its logs are kept."


def back_from(run: Run) -> Entry:
    """Return the release to go back from. Without a journal it is the live colour, and the other one is the goal."""
    picture, entry = run.picture, Entry.of(run.picture.journal)
    if not (entry.from_ and entry.to and picture.live in {entry.from_, entry.to}):
        goal = other(picture.live) if picture.live else "blue"
        entry = replace(entry, from_="" if entry.first else goal, to=picture.live)
        if picture.live and not picture.journal:
            run.progress.note(f"The journal is lost: the other colour, {goal}, is taken for the former one.")
    if not picture.live or not entry.from_ or not picture.colours[entry.from_].exists:
        raise Failure(NOTHING_TO_RETURN_TO, "There is no release before this one.")
    return entry


def _warm(run: Run) -> None:
    """Start the former colour before it gets traffic: minutes, not seconds."""
    goal, live = run.picture.colours[run.entry.from_], run.picture.colours[run.entry.to]
    wanted = max(goal.floor, live.size, run.entry.size)
    run.progress.note(
        f"{run.entry.from_} is cold (no pod is ready): it is scaled to {wanted} first, which takes minutes on Fargate."
    )
    size.set_floor(run, run.entry.from_, wanted, ceiling=goal.ceiling)
    size.scale(run, run.entry.from_, wanted)

    def cold() -> str:
        rollout = rollout_of(run.kubectl, run.entry.from_)
        ready = sum(pod.ready for pod in rollout.pods)
        return "" if rollout.complete and rollout.size >= wanted else f"{ready} of {wanted} pods ready"

    if not run.kubectl.dry_run and run.wait(cold, seconds=run.file.start_seconds):
        raise Failure(
            COLD, f"{run.entry.from_} did not start within {run.file.start_seconds} s; traffic was not moved."
        )
