"""Those who judge the new colour, asked before it matters: at the beginning, and again before the flip."""

from deploy.alarms import ringing
from deploy.failures import ALARM_RINGS, ALARMS_MISSING, PROMETHEUS_UNREACHABLE, REFUSED, Failure
from deploy.run import Run
from deploy.unanswered import Unanswered


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
