"""`make incident`: a failure from its cause to the alert that has gone quiet again, sixty times as fast as in prod."""

import time
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from local.interruption import Interruption
from local.output import say, step
from local.refusal import Refusal
from pattern.rehearsals.kinds import Kind
from pattern.rehearsals.prometheus import Prometheus
from pattern.rehearsals.stack import Stack
from pattern.rehearsals.traffic import Traffic
from pattern.rehearsals.watch import FIRING, QUIET, Change, Watch

FACTOR = 60  # five minutes are five seconds
# A little longer than the shortest window of the rules, five minutes: what is normal is known before it ends.
WELL_SECONDS = 6
FIRE_SECONDS = 90
# Six hours are six minutes; the alerts that must go quiet look at half an hour in their shortest window.
QUIET_SECONDS = 90
HOLD_SECONDS = 3600.0
LOOK_SECONDS = 0.2


@dataclass
class Incident:
    """The course of an incident, for the picture and the verdict; moments are seconds since 1970."""

    kind: Kind
    watch: Watch
    started: float = 0.0
    broken: float = 0.0
    undone: float = 0.0
    ended: float = 0.0
    unhealthy: list[str] = field(default_factory=list)

    def problems(self) -> list[str]:
        """Return what was not as it should be, a sentence each."""
        before, fired = self.watch.fired(until=self.broken), self.watch.fired(since=self.broken)
        return [
            *(f"{alert} fired before anything was broken." for alert in sorted(before)),
            *(f"{alert} did not fire within {FIRE_SECONDS} s." for alert in self.kind.expected if alert not in fired),
            *(
                f"{alert} still fires {QUIET_SECONDS} s after the failure was undone."
                for alert in self.kind.expected
                if alert in self.watch.firing()
            ),
            *(
                f"{alert} fired, which this failure is no reason for."
                for alert in sorted(fired - {*self.kind.expected, *self.kind.consequences})
            ),
            *(f"A rule could not be evaluated: {rule}" for rule in self.unhealthy),
        ]


def rehearse(
    kind: Kind, stack: Stack, prometheus: Prometheus, interruption: Interruption, *, undo: Callable[[], bool]
) -> Incident:
    """Cause the failure and wait for its alerts; undo it as soon as `undo` says so, and wait until they are quiet."""
    blue = next(colour for colour in stack.colours if colour.name == "blue")
    watch = Watch(prometheus)
    incident = Incident(kind, watch)

    def until(holds: Callable[[], bool], seconds: float) -> None:
        deadline = time.time() + seconds
        while time.time() < deadline and not holds():
            interruption.check()
            time.sleep(LOOK_SECONDS)
            for change in watch.look(time.time()):
                _show(change)

    with Traffic(blue, clients=kind.clients, password=stack.password) as traffic:
        prometheus.await_data("slo:requests:rate5m")
        incident.started = time.time()
        _note(f"{kind.clients} users at work, all is well")
        until(lambda: False, WELL_SECONDS)
        with kind.cause(stack, prometheus, traffic):
            incident.broken = time.time()
            _note(f"BROKEN: {kind.happens}")
            say(f"            users are at {traffic.colour.name}, {traffic.colour.url}")
            until(lambda: watch.fired(since=incident.broken) >= set(kind.expected), FIRE_SECONDS)
            until(undo, HOLD_SECONDS)
        incident.undone = time.time()
        _note(f"UNDONE: {kind.undone}")
        until(lambda: all(watch.states[alert] == QUIET for alert in kind.expected), QUIET_SECONDS)
        incident.ended = time.time()
    incident.unhealthy = prometheus.unhealthy_rules()
    return incident


@contextmanager
def stage(folder: Path, interruption: Interruption) -> Generator[tuple[Stack, Prometheus]]:
    """Yield a service with its Prometheus; both end with the block. Raise Refusal when another uses the folder."""
    with ExitStack() as ending:
        stack = Stack(folder, interruption)
        lock = ending.enter_context(stack.state.lock)
        # As `make run` holds it: LOCAL_STATE leads `make token` and `python -m local manage` to this PostgreSQL.
        if not lock.acquire("run"):
            raise Refusal(f"Another rehearsal uses {folder} (pid {lock.holder()[0]}): let it end first.")
        ending.callback(stack.stop)
        with step("PostgreSQL with demo data"):
            stack.start()
        with step("service, colour blue"):
            stack.release("blue")
        with step("Prometheus"):
            prometheus = Prometheus(folder / "prometheus", factor=FACTOR)
            ending.callback(prometheus.stop)
            prometheus.await_ready()
        prometheus.scrape(stack.targets)
        yield stack, prometheus


def _note(text: str) -> None:
    say(f"\n{_clock(time.time())}  {text}")


def _show(change: Change) -> None:
    say(f"{_clock(change.moment)}  {change.alert}: {change.before} → {change.after}  ({change.severity})")
    if change.after == FIRING:
        for line in change.text:
            say(f"            {line}")
        say(f"            {change.runbook}")


def _clock(moment: float) -> str:
    return time.strftime("%H:%M:%S", time.gmtime(moment)) + f".{int(moment % 1 * 10)}"
