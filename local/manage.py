"""Runs `manage.py` commands with the database and secrets of `make run`, also for `make user` and `make token`."""

import subprocess
import sys
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager

from local.database import database
from local.environment import database_variables, service_environment
from local.refusal import Refusal
from local.secrets import ensure_secrets
from local.state import ROOT, State

WAIT_SECONDS = 60.0


@contextmanager
def environment(state: State, purpose: str) -> Generator[dict[str, str], None, None]:
    """Yield the service's environment, with the PostgreSQL of a running `make run`, or one for the block."""
    with state.lock as lock:
        deadline = time.monotonic() + WAIT_SECONDS
        while not lock.acquire(purpose):
            if lock.holder()[1] == "run" and state.gunicorn_pid.exists() and state.server.pid():
                variables = database_variables(state.secrets, port=state.server.port)
                yield service_environment(state.secrets, database=variables)
                return
            if time.monotonic() > deadline:
                raise Refusal("`make run` is running without PostgreSQL of its own: give the DATABASE_URL that it has.")
            time.sleep(0.05)
        ensure_secrets(state.secrets)
        with database(state) as variables:
            ours = service_environment(state.secrets, database=variables)
            manage(ours, ["migrate", "--verbosity=0"])
            yield ours


def manage(environment: Mapping[str, str], words: Sequence[str], *, text: str | None = None) -> int:
    """Run `manage.py` with `words`, and `text` on its stdin if given; return its exit code."""
    command = [sys.executable, "manage.py", *words]
    return subprocess.run(command, cwd=ROOT, env=environment, input=text, text=True, check=False).returncode
