"""Those who judge the new colour, asked before it matters: at the beginning, and again before the flip."""

from deploy.alarms import ringing
from deploy.failures import ALARM_RINGS, ALARMS_MISSING, PROMETHEUS_UNREACHABLE, REFUSED, UNREACHABLE, Failure
from deploy.run import Run
from deploy.unanswered import Unanswered
from deploy.waiting import until


def must_be_there(run: Run, *, first: bool) -> None:
    """Refuse what nobody could judge: Prometheus must answer, and alarms be there and quiet."""
    try:
        if run.file.prometheus:
            run.prometheus.must_answer()
    except Unanswered as error:
        raise Failure(PROMETHEUS_UNREACHABLE, str(error)) from error
    if run.file.alarms == "none":
        return
    try:
        states = run.alarms.states()
    except Unanswered as error:
        raise Failure(REFUSED, str(error)) from error
    if not states and run.file.alarms == "required" and not first:
        raise Failure(ALARMS_MISSING, f"No CloudWatch alarm begins with {run.alarms.prefix}.")
    if rings := ringing(states):
        raise Failure(ALARM_RINGS, f"In ALARM already: {', '.join(rings)}.")


def must_be_reached(run: Run) -> None:
    """Refuse a load balancer that the bake's own requests could not reach. Whatever it answers, it is there."""
    if not run.picture.behind_load_balancer:
        return
    why = ""

    def reached() -> bool | None:
        nonlocal why
        has = run.visitor.address or run.look().public_address
        why = run.visitor.unreached() if has else "the Ingress has no address"
        return None if why else True

    every = run.file.poll_seconds
    if not until(run.clock, reached, seconds=2 * every, every=every):
        raise Failure(
            UNREACHABLE,
            f"Nobody can reach {run.visitor.address or 'the load balancer'} from here: {why}. INBOUND_CIDRS must hold "
            "the address of this machine, or --address name another way: docs/runbooks/release.md.",
        )
