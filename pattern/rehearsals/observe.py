"""`make observe`: a Prometheus with our rules beside the running service, and its SLOs as a table."""

import os
import sys
import time
from contextlib import ExitStack, suppress
from pathlib import Path

from local.gunicorn import answers
from local.interruption import Interrupted, Interruption
from local.output import say
from local.refusal import Refusal
from local.state import Lock
from monitoring.generate.table import load
from pattern.rehearsals.prometheus import Prometheus
from pattern.rehearsals.table import text

# Prometheus looks for its targets every 5 s, two scrapes make a rate, and the rules are recorded every 30 s.
SCRAPE_INTERVAL = "5s"
DATA_SECONDS = 60
REFRESH_SECONDS = 5
CLEAR = "\033[H\033[2J\033[3J"


def observe(folder: Path, interruption: Interruption, *, once: bool) -> int:
    """Print the table once there is data, and again every five seconds until Ctrl-C unless `once`; return 0.

    `folder` keeps what Prometheus has seen, so that a budget goes on where it was left.
    """
    metrics = _metrics_address()
    with ExitStack() as ending:
        lock = ending.enter_context(Lock(folder / "lock"))
        if not lock.acquire("observe"):
            raise Refusal(f"`make observe` is already running in this clone (pid {lock.holder()[0]}).")
        prometheus = Prometheus(folder, scrape_interval=SCRAPE_INTERVAL)
        ending.callback(prometheus.stop)
        with suppress(Interrupted):
            prometheus.await_ready()
            labels = {"environment": "local", "colour": os.environ.get("COLOUR") or "local"}
            prometheus.scrape([{"address": metrics, "job": "service", **labels}])
            say(f"  Prometheus {prometheus.url}  asks {metrics} every {SCRAPE_INTERVAL}")
            say(f"  the SLOs are recorded every 30 s: the first figures take up to {DATA_SECONDS} s")
            prometheus.await_data('up{job="service"} == 1')
            _await_records(prometheus, interruption)
            while True:
                terminal = sys.stdout.isatty() and not once
                print(f"{CLEAR if terminal else ''}{_heading(prometheus)}\n\n{text(prometheus, load())}\n", flush=True)
                if once:
                    break
                _pause(interruption, REFRESH_SECONDS)
    return 0


def _metrics_address() -> str:
    """Return host and port of the running service's metrics; raise Refusal when nothing answers there."""
    # As local/environment.py chooses it.
    port = os.environ.get("METRICS_PORT") or str(int(os.environ.get("PORT") or 8000) + 1000)
    if not answers(f"http://127.0.0.1:{port}/metrics", seconds=10):
        raise Refusal(
            f"No service tells its metrics at http://127.0.0.1:{port}/metrics: start one by `make run` in another "
            "terminal. If its banner names another port, give it, as in `make observe METRICS_PORT=9001`."
        )
    return f"127.0.0.1:{port}"


def _await_records(prometheus: Prometheus, interruption: Interruption) -> None:
    """Wait for the first recorded SLO; without traffic there is none, and the table says so.

    Wait, too, for the second look at MetricsAbsent: at the first one no target had been asked yet.
    """
    deadline = time.monotonic() + DATA_SECONDS
    while not _settled(prometheus) and time.monotonic() < deadline:
        _pause(interruption, 1)


def _settled(prometheus: Prometheus) -> bool:
    states = {rule["name"]: rule["state"] for rule in prometheus.alerts()}
    return states["MetricsAbsent"] == "inactive" and bool(prometheus.query("slo:budget_left:ratio30d"))


def _pause(interruption: Interruption, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        interruption.check()
        time.sleep(0.1)


def _heading(prometheus: Prometheus) -> str:
    asked = bool(prometheus.query("service_http_requests_total"))
    hint = "" if asked else "\nNobody has asked for anything yet: paste the curl line of `make run`."
    return f"{time.strftime('%H:%M:%S', time.gmtime())} UTC, {prometheus.url}, Ctrl-C ends{hint}"
