"""What outlives a colour: Services, accounts, policies, the mirror of the secrets; and at first the traffic object."""

from deploy import traffic
from deploy.cluster import COLOURS, NAME, complete
from deploy.failures import SHARED_NOT_READY, Failure
from deploy.run import Run


def apply(run: Run) -> None:
    """Apply `shared`; at the first release the traffic object too: pods made before it would get no readiness gate."""
    run.kubectl.change("apply", "-k", run.workshop.overlay("shared"))
    if run.entry.first:
        traffic.move(run, run.entry.to)


def wait_ready(run: Run) -> None:
    """Wait for what `shared` runs (the mirror of the secrets; PostgreSQL where it is in the cluster) and, at the first
    release, for the bindings of both target groups.

    The mirrored Secret itself is not asked for: whoever may read its name may read its content.
    """
    run.look()
    if missing := run.wait(lambda: _missing(run), seconds=run.file.start_seconds):
        raise Failure(SHARED_NOT_READY, f"After {run.file.start_seconds} s: {missing}.")


def _missing(run: Run) -> str:
    for each in run.kubectl.objects("deployments,statefulsets", "-l", f"{NAME},app.kubernetes.io/component!=web"):
        if not complete(each):
            return f"{each['metadata']['name']} is not ready yet"
    if run.entry.first and run.picture.behind_load_balancer:
        unbound = set(COLOURS) - run.load_balancer.target_groups().keys()
        if unbound:
            return f"the load balancer controller has not bound {' and '.join(sorted(unbound))} yet"
    return ""
