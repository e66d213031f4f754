"""Brings up the idle colour: what both colours share, then its pods, then a gate that holds only if all are well."""

from __future__ import annotations

from deploy import traffic
from deploy.cluster import Pod, Rollout, last_lines, must_not_be_hopeless, rollout_of, why_not_ready
from deploy.failures import GATE_MISSING, NOT_READY, PODS_REFUSED, SHARED_NOT_READY, Failure
from deploy.kubectl import KubectlError, complete
from deploy.names import COLOURS, CONTAINER, OURS
from deploy.run import Run

# On the port of the metrics the database is asked now. Through the kubelet: the pods' security group admits it,
# and not the API server's proxy.
DEEP = "import urllib.request as r; r.urlopen('http://127.0.0.1:9000/readyz', timeout=10)"

# A pod that was made while the controller's webhook was away has no readiness gate and never gets one.
RECREATIONS = 3


def apply_shared(run: Run) -> None:
    """Apply the objects that outlive a colour.

    At the first release also the traffic object: pods made before it would get no readiness gate.
    """
    run.kubectl.change("apply", "-k", run.checkout.overlay("shared"))
    if run.entry.first:
        traffic.move(run, run.entry.to)


def wait_shared(run: Run) -> None:
    """Wait for the workloads of `shared` and, at the first release, for the bindings of both target groups.

    The workloads are the mirror of the secrets, and PostgreSQL where it is in the cluster. The tool does not look for
    the mirrored Secret: a right to read its name is a right to read its content.
    """
    run.look()
    if missing := run.wait(lambda: _missing(run), seconds=run.settings.start_seconds):
        raise Failure(SHARED_NOT_READY, f"After {run.settings.start_seconds} s: {missing}.")


def _missing(run: Run) -> str:
    for each in run.kubectl.objects("deployments,statefulsets", "-l", f"{OURS},app.kubernetes.io/component!=web"):
        if not complete(each):
            return f"{each['metadata']['name']} is not ready yet"
    if run.entry.first and run.picture.behind_load_balancer:
        unbound = set(COLOURS) - run.aws.target_groups().keys()
        if unbound:
            return f"the load balancer controller has not bound {' and '.join(sorted(unbound))} yet"
    return ""


def start(run: Run) -> None:
    """Apply the idle colour with the image, as many pods as the live one has.

    The pods of the release before the last end first: a rolling update would replace them one by one, for minutes each
    on Fargate. They have no users, and a rollback to them ends here. A resumed release has ended them already.
    """
    to = run.entry.to
    idle = run.picture.colours[to]
    if idle.size and not (run.resumed and idle.image == run.entry.image):
        traffic.scale(run, to, 0)
    run.kubectl.change("apply", "-k", run.checkout.with_image(to, run.entry.image))
    traffic.size_idle(run)


def wait_started(run: Run) -> None:
    """Wait until the idle colour has all its pods ready once; stop at once when waiting cannot help."""

    def starting() -> str:
        rollout = _rollout(run)
        counted = f"{run.entry.to}: {rollout.ready} of {rollout.size} pods ready"
        run.progress.waiting(counted)
        return "" if rollout.complete and rollout.size >= max(run.entry.floor, 1) else counted

    if run.wait(starting, seconds=run.settings.start_seconds):
        raise _not_ready(run, f"{run.entry.to} is not ready after {run.settings.start_seconds} s")


def wait_healthy(run: Run) -> None:
    """Hold the gate: `gate_seconds` in which nothing was wrong with any pod of the colour."""
    restarts: dict[str, int] = {}
    recreated: set[str] = set()
    since = run.clock.now()

    def not_held_yet() -> str:
        nonlocal since
        rollout = _rollout(run)
        wrong = why_not_healthy(run, rollout, restarts)
        restarts.update({pod.name: pod.restarts for pod in rollout.pods})
        if wrong:
            since = run.clock.now() + run.settings.poll_seconds
            _recreate_without_gate(run, rollout.pods, recreated)
            return f"{run.entry.to}: {wrong}"
        seconds = run.clock.now() - since
        held = f"{run.entry.to}: healthy for {max(seconds, 0):.0f} of {run.settings.gate_seconds} s"
        run.progress.waiting(held)
        return "" if seconds >= run.settings.gate_seconds else held

    if doubt := run.wait(not_held_yet, seconds=run.settings.gate_timeout_seconds):
        raise _not_ready(run, f"The health gate was not held: {doubt}")


def why_not_healthy(run: Run, rollout: Rollout, restarts: dict[str, int]) -> str:
    """Return a sentence, or "" when all is well; `restarts` are those of the last look."""
    if not rollout.complete or not rollout.pods:
        return why_not_ready(rollout.pods) or "the rollout goes on"
    wrong = (_wrong_with(run, pod, restarts.get(pod.name, pod.restarts)) for pod in rollout.pods)
    deep = (_without_database(run, pod) for pod in rollout.pods)
    return next(filter(None, wrong), "") or next(filter(None, deep), "")


def _wrong_with(run: Run, pod: Pod, restarts: int) -> str:
    if pod.image != run.entry.image:
        return f"{pod.name} runs {pod.image}"
    if pod.restarts > restarts:
        return f"{pod.name} has restarted"
    if run.picture.behind_load_balancer and not pod.gates:
        return f"{pod.name} has no readiness gate"
    return ""  # a pod whose gates are not all open is not ready


def _without_database(run: Run, pod: Pod) -> str:
    try:
        run.kubectl.read("exec", f"pod/{pod.name}", "-c", CONTAINER, "--", "python", "-c", DEEP)
    except KubectlError as error:
        return f"{pod.name} does not reach the database: {str(error).splitlines()[-1]}"
    return ""


def _recreate_without_gate(run: Run, pods: tuple[Pod, ...], recreated: set[str]) -> None:
    """Delete pods that have no readiness gate: their successors get one, if the webhook is back."""
    if not run.picture.behind_load_balancer:
        return
    for pod in pods:
        if pod.ready and not pod.gates and pod.name not in recreated:
            if len(recreated) >= RECREATIONS:
                raise Failure(GATE_MISSING, f"Pod {pod.name} was made again and still has no readiness gate.")
            recreated.add(pod.name)
            run.progress.note(f"{pod.name} was made without a readiness gate: deleted, so that it is made again")
            run.kubectl.change("delete", "pod", pod.name, "--wait=false")


def _rollout(run: Run) -> Rollout:
    rollout = rollout_of(run.kubectl, run.entry.to)
    if rollout.refused:
        raise Failure(PODS_REFUSED, f"The cluster refuses the pods: {rollout.refused}")
    must_not_be_hopeless(run.kubectl, run.settings, rollout.pods, run.without_image)
    return rollout


def _not_ready(run: Run, sentence: str) -> Failure:
    pods = rollout_of(run.kubectl, run.entry.to).pods
    why = why_not_ready(pods)
    log = last_lines(run.kubectl, f"pod/{min(pods, key=lambda pod: pod.ready).name}") if pods else ""
    return Failure(NOT_READY, f"{sentence}{f': {why}' if why and why not in sentence else ''}.", log=log)
