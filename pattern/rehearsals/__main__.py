"""The command line: `python -m pattern.rehearsals --help`."""

import argparse
import select
import sys
import time
from collections.abc import Callable
from pathlib import Path

from local.interruption import Interrupted, Interruption
from local.output import say
from local.refusal import Refusal
from local.state import here
from pattern.rehearsals import prometheus
from pattern.rehearsals.incident import FACTOR, rehearse, stage
from pattern.rehearsals.kinds import KINDS
from pattern.rehearsals.measurements import draw, require_environment
from pattern.rehearsals.observe import observe

PICTURE_SECONDS = 30  # from the start of the traffic
EPILOG = f"""\
Both need `prometheus` on the PATH (Debian: apt-get install prometheus), and stop everything that they start.

observe    needs `make run` in another terminal. It keeps Prometheus's data in .local/observe, so a budget continues
           after a restart. With Docker, `docker compose up --build` also shows the dashboards in Grafana.
incident   runs its own service in .local/incident, on free ports, with temporary data. Every window of the rules is
           {FACTOR} times shorter: five minutes are five seconds. On a terminal the failure lasts until you press Enter,
           so that you can follow the runbook meanwhile.

kinds of incident:
"""


def _incident(arguments: argparse.Namespace, interruption: Interruption) -> int:
    kind = KINDS[arguments.kind]
    if arguments.pictures:
        require_environment()
    with stage(here().folder / "incident", interruption) as (stack, server):
        say(f"\n  Prometheus  {server.url}/alerts")
        say(f"  service     {stack.colours[0].url}  metrics http://{stack.colours[0].metrics}/metrics")
        say("  logs        .local/incident/blue.log, green.log, postgres-exporter.log, postgresql/log")
        incident = rehearse(kind, stack, server, interruption, undo=_pause() if arguments.pictures else _enter())
        if arguments.pictures:
            for path in draw(incident, server, arguments.pictures):
                say(f"  drawn: {path}")
    problems = incident.problems()
    say("\n" + ("\n".join(problems) or f"{', '.join(kind.expected)} fired, and ended with the failure."))
    return 1 if problems else 0


def _pause() -> Callable[[], bool]:
    """Return what says for a while that the failure shall last: a picture of it has something to show."""
    end = time.monotonic() + PICTURE_SECONDS
    return lambda: time.monotonic() > end


def _enter() -> Callable[[], bool]:
    """Return what tells whether a person has pressed Enter; where nobody sits before a terminal, it is at once."""
    if not sys.stdin.isatty():
        return lambda: True
    asked = False

    def pressed() -> bool:
        nonlocal asked
        if not asked:
            asked = True
            say("\n  The failure stays: follow the runbook from the alert to its cause. Enter undoes it.\n")
        return bool(select.select([sys.stdin], [], [], 0)[0])

    return pressed


def _observe(arguments: argparse.Namespace, interruption: Interruption) -> int:
    return observe(here().folder / "observe", interruption, once=arguments.once)


def _parser() -> argparse.ArgumentParser:
    width = max(map(len, KINDS))
    parser = argparse.ArgumentParser(
        prog="python -m pattern.rehearsals",
        description="See the service's SLOs and alerts at work on this machine.",
        epilog=EPILOG + "\n".join(f"  {kind.name:<{width}}  {kind.happens}" for kind in KINDS.values()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="command")
    observe_ = commands.add_parser("observe", help="a Prometheus beside `make run`, and the SLOs as a table")
    observe_.add_argument("--once", action="store_true", help="print the table once and end")
    observe_.set_defaults(function=_observe)
    incident = commands.add_parser("incident", help="cause a failure, and see which alerts it raises")
    incident.add_argument("kind", choices=KINDS)
    incident.add_argument("--pictures", type=Path, metavar="FOLDER", help="draw what Prometheus saw")
    incident.set_defaults(function=_incident)
    return parser


def main() -> int:
    """Do what the command line says; 0: all as it should be, 1: not, and a sentence says what."""
    arguments = _parser().parse_args()
    interruption = Interruption()
    interruption.install()
    try:
        prometheus.program()  # before anything is started
        return int(arguments.function(arguments, interruption))
    except Interrupted:
        say("  stopped: everything that was started")
        return 130
    except Refusal as refusal:
        say(str(refusal))
        return 1


if __name__ == "__main__":
    sys.exit(main())
