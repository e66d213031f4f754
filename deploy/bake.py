"""Watches the new colour under traffic, and raises the failure that takes it back."""

from deploy.alarms import ringing
from deploy.failures import ALARM_BREACHED, HELD, SLO_BREACHED, TOO_FEW_SAMPLES, Failure
from deploy.run import Run
from deploy.unanswered import Unanswered


def watch(run: Run, *, seconds: float, counts: bool = True) -> None:
    """Return when the new colour has been watched for so long, all that judges it having answered.

    `counts`: fewer requests than the SLO needs are a breach, once a whole window is behind us.
    """
    watched = silent = 0.0
    while watched < seconds:
        started = run.clock.now()
        run.visitor.visit(run.entry.to, seconds=min(run.file.poll_seconds, seconds - watched))
        run.lease.renew()
        stop_if_own_requests_fail(run)
        elapsed = run.clock.now() - started
        try:
            stop_if_slo_breached(run, watched=watched + elapsed if counts else 0)
            stop_if_alarm_rings(run)
        except Unanswered as error:
            silent += elapsed
            run.progress.waiting(f"holding: {error}")
            if silent > run.file.hold_seconds:
                raise Failure(HELD, f"Nobody has judged {run.entry.to} for {silent:.0f} s: {error}") from error
            continue
        watched, silent = watched + elapsed, 0.0
        run.progress.waiting(
            f"{run.entry.to} baked for {watched:.0f} of {seconds:.0f} s; "
            f"own requests: {run.visitor.sent}, failed: {run.visitor.failed}"
        )
    # A colour that hangs lets few requests end; whoever failed all of them has not passed.
    stop_if_own_requests_fail(run, at_least=1)


def stop_if_own_requests_fail(run: Run, *, at_least: int = 10) -> None:
    share = run.visitor.failed_share(at_least=at_least)
    if share > run.file.own_error_share:
        raise Failure(
            SLO_BREACHED,
            f"{share:.1%} of the tool's own requests of the last minute failed; {run.file.own_error_share:.1%} may.",
        )


def stop_if_slo_breached(run: Run, *, watched: float) -> None:
    """Judge by monitoring/bake.json; raise `Unanswered` when Prometheus is away.

    After a whole window of `watched` seconds, too few requests are a breach as well.
    """
    if not run.file.prometheus:
        return
    for found in run.prometheus.judge(run.entry.to):
        if found.samples < found.minimum_samples:
            if watched >= run.prometheus.window_seconds:
                raise Failure(
                    TOO_FEW_SAMPLES,
                    f"Prometheus has seen {found.samples:.0f} requests to {run.entry.to} for the SLO {found.slo}, "
                    f"not {found.minimum_samples}: nothing shows that it is well.",
                )
        elif found.share is not None and found.share > found.threshold:
            raise Failure(SLO_BREACHED, f"{found.share:.2%}, above {found.threshold:.2%}: {found.means}.")


def stop_if_alarm_rings(run: Run) -> None:
    if run.file.alarms != "none" and (rings := ringing(run.alarms.states())):
        raise Failure(ALARM_BREACHED, f"In ALARM: {', '.join(rings)}.")
