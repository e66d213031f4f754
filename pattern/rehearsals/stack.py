"""The service in two colours with a PostgreSQL of its own, on free ports, for a rehearsal: its data is thrown away."""

import os
import shutil
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from local import ports
from local.environment import database_variables, service_environment
from local.gunicorn import CONFIGURATION, READY_SECONDS, answers
from local.interruption import Interruption
from local.postgresql import Server
from local.refusal import Refusal
from local.resource import RESOURCES
from local.run import prepare
from local.secrets import ensure_secrets, read_secret
from local.state import State
from pattern.rehearsals.process import Process, stop_left_over

# Nothing has to survive the power's failure.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
# Of each colour; two workers, as counts must be right across them.
WORKERS, THREADS = 2, 4
EXPORTER = "prometheus-postgres-exporter"


class Colour:
    """One release: a gunicorn as in a pod, and the addresses where it answers and tells its metrics."""

    def __init__(self, name: str, stack: "Stack", **variables: str) -> None:
        self.name = name
        port, metrics_port = ports.any_free(), ports.any_free()
        self.url, self.metrics = f"http://127.0.0.1:{port}", f"127.0.0.1:{metrics_port}"
        environment = {
            **stack.environment,
            "PORT": str(port),
            "METRICS_PORT": str(metrics_port),
            "WEB_WORKERS": str(WORKERS),
            "WEB_THREADS": str(THREADS),
            "COLOUR": name,
            "FAULTS": "",
            **variables,
        }
        command = [sys.executable, "-m", "gunicorn", "-c", str(CONFIGURATION)]
        self.process = Process(name, command, folder=stack.folder, environment=environment)

    @property
    def target(self) -> dict[str, str]:
        """Return Prometheus' targets, with the labels that monitoring/pod_monitor.yaml gives."""
        labels = {"namespace": "service", "pod": f"web-{self.name}-0", "container": "web", "endpoint": "metrics"}
        return {"address": self.metrics, "job": "service", "environment": "local", "colour": self.name, **labels}

    def await_ready(self, interruption: Interruption) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while not answers(f"{self.url}/readyz"):
            interruption.check()
            self.process.require_alive()
            if time.monotonic() > deadline:
                raise Refusal(f"Colour {self.name} was not ready after {READY_SECONDS} s: see {self.process.log}.")
            time.sleep(0.05)

    def smoke_test(self, token: str) -> None:
        """Ask every thread something, as the release tool does before users come: the first answers are slow ones."""
        headers = {"Authorization": f"Bearer {token}", "X-Synthetic": "1"}

        def ask(_: int) -> None:
            with suppress(OSError):  # a 500 is one
                request = urllib.request.Request(f"{self.url}{RESOURCES[0].path}?limit=1", headers=headers)  # noqa: S310
                urllib.request.urlopen(request, timeout=30).close()  # noqa: S310  our own http address

        with ThreadPoolExecutor(WORKERS * THREADS) as pool:
            list(pool.map(ask, range(3 * WORKERS * THREADS)))


class Exporter:
    """PostgreSQL's metrics; it logs in as the application does, as in platform/options/postgres-exporter."""

    def __init__(self, program: str, stack: "Stack") -> None:
        address = f"127.0.0.1:{ports.any_free()}"
        environment = {
            **os.environ,
            "DATA_SOURCE_URI": f"127.0.0.1:{stack.server.port}/service?sslmode=disable",
            "DATA_SOURCE_USER_FILE": str(stack.state.secrets / "db_username"),
            "DATA_SOURCE_PASS_FILE": str(stack.state.secrets / "db_password"),
        }
        command = [program, f"--web.listen-address={address}"]
        self.process = Process("postgres-exporter", command, folder=stack.folder, environment=environment)
        self.target = {"address": address, "job": "postgres", "environment": "local"}


class Stack:
    """PostgreSQL with demo data, the colours that have been released, and the exporter where this machine has one."""

    def __init__(self, folder: Path, interruption: Interruption) -> None:
        self.state, self.folder = State(folder), folder
        self.interruption = interruption
        self.colours: list[Colour] = []
        self.exporter: Exporter | None = None
        self.server = Server(folder / "postgresql", FAST)

    @property
    def environment(self) -> dict[str, str]:
        return service_environment(
            self.state.secrets, database=database_variables(self.state.secrets, port=self.server.port)
        )

    @property
    def password(self) -> str:
        """Of the demo users."""
        return read_secret(self.state.secrets, "admin_password")

    def start(self) -> None:
        """Start PostgreSQL with demo data; whatever a killed run has left is ended, and its data is thrown away."""
        for pid_file in self.folder.glob("*.pid"):
            stop_left_over(pid_file)
        self.server.stop()
        for part in ("postgresql", "secrets", "prometheus"):
            shutil.rmtree(self.folder / part, ignore_errors=True)
        for log in self.folder.glob("*.log"):
            log.unlink()
        ensure_secrets(self.state.secrets)
        self.state.gunicorn_pid.touch()  # by which `make token` and others know a run whose PostgreSQL they may use
        self.server.start()
        role, secret = (read_secret(self.state.secrets, name) for name in ("db_username", "db_password"))
        self.server.provide("service", role=role, password=secret)
        self._token = prepare(self.environment, self.interruption)
        if program := shutil.which(EXPORTER):
            self.exporter = Exporter(program, self)

    def release(self, name: str, **variables: str) -> Colour:
        """Start a colour and return it when it is ready; no traffic moves."""
        colour = Colour(name, self, **variables)
        self.colours.append(colour)
        colour.await_ready(self.interruption)
        colour.smoke_test(self._token)
        return colour

    @property
    def targets(self) -> list[dict[str, str]]:
        """Return the targets that Prometheus asks."""
        return [part.target for part in self._parts]

    def stop(self) -> None:
        """End everything; the logs stay in the folder until the next start."""
        for part in self._parts:
            part.process.stop()
        self.server.stop()

    @property
    def _parts(self) -> list[Colour | Exporter]:
        return [*self.colours, *([self.exporter] if self.exporter else [])]
