"""Judges the new colour by SLO queries, alarms and the tool's own requests: before it matters, and while it bakes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import quote

from deploy import failures, traffic
from deploy.aws import ringing
from deploy.failures import Failure, Unanswered
from deploy.kubectl import KubectlError, Object
from deploy.run import Run

PROMETHEUS_SECONDS = 10


class Prometheus:
    """Asks the queries of monitoring/bake.json through the API server."""

    def __init__(self, run: Run) -> None:
        self._kubectl, file = run.kubectl, run.checkout.root / "monitoring" / "bake.json"
        try:
            self._table: Object = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise Unanswered(f"There are no queries for Prometheus (make monitoring writes them): {error}") from error
        self.window_seconds = int(self._table["minimum_window_seconds"])

    def judged(self, colour: str) -> Iterator[tuple[Object, float, float]]:
        """Ask every query for one colour; yield the SLO, its share of bad requests (0 without any) and their number."""
        for slo in self._table["queries"]:
            share, samples = (self.value(slo[key].replace("$colour", colour)) for key in ("query", "samples"))
            yield slo, share or 0, samples or 0

    def value(self, query: str) -> float | None:
        """Return the number that a query gives, None for no series; raise `Unanswered`."""
        at, query = self._table["prometheus"], query.replace("$window", f"{self.window_seconds}s")
        service = f"/api/v1/namespaces/{at['namespace']}/services/http:{at['service']}:{at['port']}/proxy"
        try:
            text = self._kubectl.ask(f"{service}/api/v1/query?query={quote(query)}", seconds=PROMETHEUS_SECONDS)
        except KubectlError as error:
            raise Unanswered(f"Prometheus does not answer: {error}") from error
        try:
            result = json.loads(text)["data"]["result"]
            return float(result[0]["value"][1]) if result else None
        except (ValueError, KeyError, IndexError, TypeError) as error:
            raise Unanswered(f"Prometheus does not answer with a result: {text[:200]}") from error


def must_be_there(run: Run) -> None:
    """Refuse a release that cannot be judged: Prometheus must answer, and the alarms must exist and be quiet."""
    try:
        if run.settings.prometheus:
            Prometheus(run).value("vector(1)")
    except Unanswered as error:
        raise Failure(failures.PROMETHEUS_UNREACHABLE, str(error)) from error
    if run.settings.alarms == "none":
        return
    try:
        states = run.aws.alarms()
    except Unanswered as error:
        raise Failure(failures.REFUSED, str(error)) from error
    wanted = [] if run.settings.alarms == "watched" or run.entry.first else run.settings.alarms.split()
    if missing := [run.aws.prefix + name for name in wanted if run.aws.prefix + name not in states]:
        raise Failure(failures.ALARMS_MISSING, f"The account has no CloudWatch alarm {' and no '.join(missing)}.")
    if rings := ringing(states):
        raise Failure(failures.ALARM_RINGS, f"In ALARM already: {', '.join(rings)}.")


def must_be_reached(run: Run) -> None:
    """Refuse a load balancer that the bake's own requests could not reach. Any answer shows that it is there."""

    def unreached() -> str:
        has = run.visitor.address or run.look().public_address
        return run.visitor.unreached() if has else "the Ingress has no address"

    if run.picture.behind_load_balancer and (why := run.wait(unreached, seconds=2 * run.settings.poll_seconds)):
        raise Failure(
            failures.UNREACHABLE,
            f"{run.visitor.address or 'The load balancer'} cannot be reached from here: {why}. INBOUND_CIDRS must hold "
            "the address of this machine, or --address must name another way: docs/runbooks/release.md.",
        )


def watch(run: Run) -> None:
    """Return when the new colour was well for `bake_seconds` in which every judge has answered, else raise a failure.

    The former colour grows with the new one meanwhile: a rollback must find enough pods.
    """
    seconds = run.settings.bake_seconds
    watched = silent = 0.0
    while watched < seconds:
        started = run.clock.now()
        run.visitor.visit(run.entry.to, seconds=min(run.settings.poll_seconds, seconds - watched))
        run.lease.renew()
        _stop_if_own_requests_fail(run)
        traffic.keep_former(run)
        elapsed = run.clock.now() - started
        try:
            _stop_if_slo_breached(run, watched=watched + elapsed)
            if run.settings.alarms != "none" and (rings := ringing(run.aws.alarms())):
                raise Failure(failures.ALARM_BREACHED, f"In ALARM: {', '.join(rings)}.")
        except Unanswered as error:
            silent += elapsed
            run.progress.waiting(f"holding: {error}")
            if silent > run.settings.hold_seconds:
                raise Failure(failures.HELD, f"{run.entry.to} was not judged for {silent:.0f} s: {error}") from error
            continue
        watched, silent = watched + elapsed, 0.0
        own = run.visitor
        run.progress.waiting(
            f"{run.entry.to} baked for {watched:.0f} of {seconds:.0f} s; own requests: {own.sent}, "
            f"failed: {own.failed}" + (f", refused under overload: {own.refused}" if own.refused else "")
        )
    # A colour that hangs lets few requests end; a colour that failed all of them has not passed.
    _stop_if_own_requests_fail(run, at_least=1)
    if run.visitor.sent == run.visitor.refused:
        raise Failure(
            failures.SLO_BREACHED, f"{run.entry.to} refused every request of the tool: nothing shows that it is well."
        )


def _stop_if_own_requests_fail(run: Run, *, at_least: int = 10) -> None:
    share, most = run.visitor.failed_share(at_least=at_least), run.settings.own_error_share
    if share > most:
        raise Failure(
            failures.SLO_BREACHED, f"{share:.1%} of the tool's own requests of the last minute failed; {most:.1%} may."
        )


def _stop_if_slo_breached(run: Run, *, watched: float) -> None:
    """Judge by monitoring/bake.json; raise `Unanswered` when Prometheus is away.

    After a whole window of `watched` seconds, too few requests are a breach as well.
    """
    if not run.settings.prometheus:
        return
    prometheus, to = Prometheus(run), run.entry.to
    for slo, share, samples in prometheus.judged(to):
        least, most = slo["minimum_samples"], slo["threshold"]
        if samples < least and watched >= prometheus.window_seconds:
            sentence = f"Prometheus has seen {samples:.0f} requests to {to} for the SLO {slo['slo']}, not {least}"
            raise Failure(failures.TOO_FEW_SAMPLES, f"{sentence}: nothing shows that it is well.")
        if samples >= least and share > most:
            means = slo["means"].replace("$colour", to)
            raise Failure(failures.SLO_BREACHED, f"{share:.2%}, above {most:.2%}: {means}.")
