"""The start of the idle colour, and the health gate: every pod of it fine, without interruption."""

from deploy.diagnosis import last_lines, stop_if_hopeless, why_not_ready
from deploy.failures import GATE_MISSING, NOT_READY, PODS_REFUSED, Failure
from deploy.kubectl import KubectlError
from deploy.pods import Pod, Rollout, rollout_of
from deploy.run import Run

# Through the kubelet, not through the API server's proxy: the pods' security group admits only the former.
DEEP = "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/readyz?deep=1', timeout=5)"

# A pod that was made while the controller's webhook was away has no readiness gate and never gets one.
RECREATIONS = 3


def wait_started(run: Run) -> None:
    """Wait until the idle colour has all its pods ready once; stop at once at what waiting does not mend."""
    rollout = _rollout(run)

    def starting() -> str:
        nonlocal rollout
        rollout = _rollout(run)
        counted = f"{run.entry.to}: {sum(pod.ready for pod in rollout.pods)} of {rollout.size} pods ready"
        run.progress.waiting(counted)
        return "" if rollout.complete and rollout.size >= max(run.entry.floor, 1) else counted

    if run.wait(starting, seconds=run.file.start_seconds):
        raise _not_ready(run, rollout, f"{run.entry.to} is not ready after {run.file.start_seconds} s")


def wait_healthy(run: Run) -> None:
    """Hold the gate: `gate_seconds` in which nothing was wrong with any pod of the colour."""
    restarts: dict[str, int] = {}
    recreated: set[str] = set()
    since, wrong = run.clock.now(), ""
    rollout = _rollout(run)

    def not_held_yet() -> str:
        nonlocal since, wrong, rollout
        rollout = _rollout(run)
        wrong = why_not_healthy(run, rollout, restarts)
        restarts.update({pod.name: pod.restarts for pod in rollout.pods})
        if wrong:
            since = run.clock.now() + run.file.poll_seconds
            recreate_without_gate(run, rollout.pods, recreated)
            return f"{run.entry.to}: {wrong}"
        seconds = run.clock.now() - since
        held = f"{run.entry.to}: healthy for {max(seconds, 0):.0f} of {run.file.gate_seconds} s"
        run.progress.waiting(held)
        return "" if seconds >= run.file.gate_seconds else held

    if run.wait(not_held_yet, seconds=run.file.gate_timeout_seconds):
        raise _not_ready(run, rollout, f"The health gate was not held: {wrong or 'it was interrupted'}")


def why_not_healthy(run: Run, rollout: Rollout, restarts: dict[str, int]) -> str:
    """Return a sentence, or "" when all is well; `restarts` are those of the last look."""
    if not rollout.complete or not rollout.pods:
        return why_not_ready(rollout.pods) or "the rollout goes on"
    for pod in rollout.pods:
        if pod.image != run.entry.image:
            return f"{pod.name} runs {pod.image}"
        if pod.restarts > restarts.get(pod.name, pod.restarts):
            return f"{pod.name} has restarted"
        if run.picture.behind_load_balancer and not (pod.gates and all(pod.gates.values())):
            return (
                f"{pod.name} is not healthy for the load balancer" if pod.gates else f"{pod.name} has no readiness gate"
            )
    for pod in rollout.pods:
        try:
            run.kubectl.read("exec", f"pod/{pod.name}", "-c", "web", "--", "python", "-c", DEEP)
        except KubectlError as error:
            return f"{pod.name} does not reach the database: {str(error).splitlines()[-1]}"
    return ""


def recreate_without_gate(run: Run, pods: tuple[Pod, ...], recreated: set[str]) -> None:
    """Delete pods that have no readiness gate: their successors get one, if the webhook is back."""
    if not run.picture.behind_load_balancer:
        return
    for pod in pods:
        if pod.ready and not pod.gates and pod.name not in recreated:
            if len(recreated) >= RECREATIONS:
                raise Failure(GATE_MISSING, f"Pod {pod.name} was made anew and still has no readiness gate.")
            recreated.add(pod.name)
            run.progress.note(f"{pod.name} was made without a readiness gate: deleted, so that it is made anew")
            run.kubectl.change("delete", "pod", pod.name, "--wait=false")


def _rollout(run: Run) -> Rollout:
    rollout = rollout_of(run.kubectl, run.entry.to)
    if rollout.refused:
        raise Failure(PODS_REFUSED, f"The cluster refuses the pods: {rollout.refused}")
    stop_if_hopeless(run.kubectl, rollout.pods, now=run.clock.now(), pending_seconds=run.file.pending_seconds)
    return rollout


def _not_ready(run: Run, rollout: Rollout, sentence: str) -> Failure:
    unready = next((pod for pod in rollout.pods if not pod.ready), None) or next(iter(rollout.pods), None)
    why = why_not_ready(rollout.pods)
    log = last_lines(run.kubectl, f"pod/{unready.name}") if unready else ""
    return Failure(NOT_READY, f"{sentence}{f': {why}' if why and why not in sentence else ''}.", log=log)
