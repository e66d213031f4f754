"""Runs a Job of the release to its end: skips a completed one, joins a running one, replaces a failed one."""

from typing import NamedTuple

from deploy.cluster import Object
from deploy.diagnosis import last_lines, stop_if_hopeless
from deploy.failures import IMAGE_TOO_OLD, MIGRATION_FAILED, SMOKE_FAILED, Failure, Kind
from deploy.pods import of_job
from deploy.run import Run
from deploy.workshop import DIGEST, suffix

# todoproject/maintenance/schema_floor.py says so.
TOO_OLD = "older than the applied schema allows"


class Task(NamedTuple):
    """A Job of an overlay. `again`: a completed one proves nothing about now."""

    overlay: str
    image: str
    failure: Kind
    seconds: float
    again: bool

    @property
    def name(self) -> str:
        return f"todo-{self.overlay}-{suffix(self.image)}"


def migration(run: Run) -> Task:
    """Return the migrate Job: once an image digest; a reference without a digest may mean another image by now."""
    image = run.entry.image
    again = DIGEST.search(image) is None
    return Task("migrate", image, MIGRATION_FAILED, run.file.migrate_seconds, again)


def smoke(run: Run) -> Task:
    """Return the smoke Job of the idle colour."""
    return Task(f"smoke-{run.entry.to}", run.entry.image, SMOKE_FAILED, run.file.smoke_seconds, again=True)


def begin(run: Run, task: Task) -> None:
    """Make the Job unless it is there and is of use."""
    job = _job(run, task.name)
    state = _state(job)
    if state == "Failed":
        run.progress.note(f"{task.name} has failed before:\n{last_lines(run.kubectl, f'job/{task.name}')}")
    if state == "Failed" or (state == "Complete" and task.again):
        run.kubectl.change("delete", "job", task.name, "--ignore-not-found")  # its TTL may have ended
    elif state == "Complete":
        run.completed.add(task.name)
        run.progress.note(f"{task.name} is complete.")
        return
    elif state == "Running":
        run.progress.note(f"{task.name} is running: joined.")
        return
    run.kubectl.change("apply", "-k", run.workshop.with_image(task.overlay, task.image, job=True))


def finish(run: Run, task: Task) -> None:
    """Wait until the Job has ended, show its log, and stop the release unless it is complete.

    `begin` has made it or seen it: one that is not there any more was deleted, or collected (ttlSecondsAfterFinished).
    """

    state = ""

    def under_way() -> str:
        nonlocal state
        state = _state(_job(run, task.name)) or "gone"
        if state != "Running":
            return ""
        pods = of_job(run.kubectl, task.name)
        stop_if_hopeless(run.kubectl, pods, now=run.clock.now(), pending_seconds=run.file.pending_seconds)
        return f"{task.name} to end"

    run.wait(under_way, seconds=task.seconds)
    if state == "gone":
        if task.name in run.completed:
            return
        raise Failure(
            task.failure,
            f"{task.name} is gone, and nobody saw how it ended: somebody deleted it, or its time to live is over. "
            "`release --resume` runs it again.",
            job=task.name,
        )
    log = last_lines(run.kubectl, f"job/{task.name}")
    if state == "Complete":
        run.progress.note(log)
        return
    kind = IMAGE_TOO_OLD if TOO_OLD in log else task.failure
    what = "has failed" if state == "Failed" else f"has not ended within {task.seconds:.0f} s"
    raise Failure(kind, f"{task.name} {what}.", log=log, job=task.name)


def _job(run: Run, name: str) -> Object:
    return next(iter(run.kubectl.objects("job", name, "--ignore-not-found")), {})


def _state(job: Object) -> str:
    """Return "" when there is none, else Running, Complete or Failed."""
    conditions = {each["type"] for each in job.get("status", {}).get("conditions", []) if each["status"] == "True"}
    ended = conditions & {"Complete", "Failed"}
    # FailureTarget comes first: its pods are still being stopped (a deadline that is exceeded).
    return next(iter(ended), "") or ("Running" if job else "")
