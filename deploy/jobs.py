"""Runs a Job of the release to its end, and leaves no Job behind that could act by itself."""

from __future__ import annotations

from typing import NamedTuple

from deploy.checkout import DIGEST, suffix
from deploy.cluster import last_lines, must_not_be_hopeless, of_job
from deploy.failures import IMAGE_TOO_OLD, MIGRATION_FAILED, SMOKE_FAILED, Failure, Kind
from deploy.kubectl import Object
from deploy.names import MIGRATE, OURS, smoke
from deploy.run import Run

COMPONENT = "app.kubernetes.io/component"
SUSPEND = '{"spec":{"suspend":true}}'
# The words of the migrate command (todoproject/maintenance/).
TOO_OLD = "older than the applied schema allows"
NOT_COMPLETE = {
    "": "is gone: it was deleted, or its time to live is over. Its end was not seen; `release --resume` repeats it",
    "Failed": "has failed",
    "Suspended": "was suspended",
    "Running": "has not ended in time",
}


class Task(NamedTuple):
    """A Job of an overlay. `again`: a completed one is run again, because it says nothing about now."""

    component: str
    overlay: str
    name: str
    failure: Kind
    seconds: float
    again: bool


def migration(run: Run) -> Task:
    """Return the migrate Job. It runs once a digest; a reference without a digest may mean another image by now."""
    image = run.entry.image
    name, again = f"{MIGRATE}-{suffix(image)}", DIGEST.search(image) is None
    return Task("migrate", "migrate", name, MIGRATION_FAILED, run.settings.migrate_seconds, again)


def smoke_test(run: Run) -> Task:
    """Return the smoke Job of the idle colour."""
    to = run.entry.to
    name = f"{smoke(to)}-{suffix(run.entry.image)}"
    return Task("smoke", f"smoke-{to}", name, SMOKE_FAILED, run.settings.smoke_seconds, again=True)


def of_step(run: Run) -> Task:
    """Return the Job of the step that the release is at."""
    return migration(run) if run.entry.step == "migrate" else smoke_test(run)


def begin(run: Run) -> None:
    """Remove Jobs of earlier releases, and make the Job of this step unless a usable one is there."""
    task, state = of_step(run), ""
    for job in run.kubectl.objects("jobs", "-l", f"{OURS},{COMPONENT}={task.component}"):
        name = job["metadata"]["name"]
        found = _state(job)
        if found == "Failed":
            run.progress.note(f"{name} has failed before:\n{last_lines(run.kubectl, f'job/{name}')}")
        if name == task.name and (found == "Running" or (found == "Complete" and not task.again)):
            state = found
        else:
            delete(run, name)
    if state:
        run.progress.note(f"{task.name} is {'complete.' if state == 'Complete' else 'running: joined.'}")
        run.completed |= {task.name} if state == "Complete" else set()
        return
    run.kubectl.change("apply", "-k", run.checkout.with_image(task.overlay, run.entry.image, job=True))


def finish(run: Run) -> None:
    """Wait until the Job of this step has ended, show its log, and stop the release unless it is complete.

    `begin` has made or seen it: a Job that is missing was deleted, or collected after ttlSecondsAfterFinished.
    """
    task, job = of_step(run), Object()
    if task.name in run.completed:
        return

    def under_way() -> str:
        nonlocal job
        job = next(iter(run.kubectl.objects("job", task.name, "--ignore-not-found")), {})
        if _state(job) != "Running":
            return ""
        must_not_be_hopeless(run.kubectl, run.settings, of_job(run.kubectl, task.name))
        return f"{task.name} to end"

    run.wait(under_way, seconds=task.seconds)
    log = last_lines(run.kubectl, f"job/{task.name}")
    if _state(job) == "Complete":
        run.progress.note(log)
        return
    kind = IMAGE_TOO_OLD if TOO_OLD in log else task.failure
    raise Failure(kind, f"{task.name} {NOT_COMPLETE[_state(job)]}{_why(job)}.", log=log, job=task.name)


def stop_all(run: Run) -> None:
    """Suspend the Jobs of a release that is given up; the next release removes them.

    An image that appears, or a lock that becomes free, would let them go on, perhaps during another release.
    """
    try:
        for job in run.kubectl.objects("jobs", "-l", OURS):
            name = job["metadata"]["name"]
            if job["metadata"]["labels"].get(COMPONENT) in {"migrate", "smoke"} and _state(job) == "Running":
                run.kubectl.change("patch", "job", name, "--type", "merge", "-p", SUSPEND)
                run.progress.note(f"{name} was still running: suspended, so that it does nothing by itself.")
    except Failure as error:
        run.progress.note(f"A Job of the release may still be running: {error}")


def delete(run: Run, name: str) -> None:
    """Delete a Job and wait until its pods are gone; its time to live may have ended already."""
    run.kubectl.change("delete", "job", name, "--ignore-not-found", "--cascade=foreground")


def _state(job: Object) -> str:
    """Return "" when there is none, else Running, Suspended, Complete or Failed."""
    conditions = {each["type"] for each in job.get("status", {}).get("conditions", []) if each["status"] == "True"}
    # FailureTarget comes first: its pods are still being stopped (a deadline that is exceeded).
    for ended in ("Complete", "Failed"):
        if ended in conditions:
            return ended
    return "" if not job else "Suspended" if job["spec"].get("suspend") else "Running"


def _why(job: Object) -> str:
    """Return the reason that the Job's condition gives, for example that its deadline was exceeded."""
    found = [each for each in job.get("status", {}).get("conditions", []) if each["type"] == "Failed"]
    return "".join(f" ({each['reason']}: {each['message']})" for each in found)
