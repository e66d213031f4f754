"""`make run`: starts PostgreSQL and the service, and stops both at Ctrl-C."""

import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Mapping
from contextlib import ExitStack

from local import ports
from local.assets import collect_assets
from local.database import database
from local.environment import service_environment
from local.gunicorn import Gunicorn, answers
from local.interruption import Interrupted, Interruption
from local.output import say, step
from local.refusal import Refusal
from local.resource import FIRST_PATH
from local.secrets import ensure_secrets, read_secret
from local.state import ROOT, State
from local.stop import stop_left_over

SHORT_COMMAND_SECONDS = 60.0  # for which `make user` and `make token` may hold the lock


def run(state: State) -> int:
    """Run the service until a signal comes, and return 0; raise Refusal if it ends by itself."""
    interruption = Interruption()
    interruption.install()
    try:
        with ExitStack() as stack:
            return _run(state, stack, interruption)
    except Interrupted:
        return 0
    finally:
        if interruption.count:
            say("  stopped: the service and PostgreSQL; the data stays")


def _run(state: State, stack: ExitStack, interruption: Interruption) -> int:
    started = time.monotonic()
    _lock(state, stack, interruption)
    for line in stop_left_over(state):
        say(f"  {line}")
    port = _port()
    ensure_secrets(state.secrets)
    with step("PostgreSQL"):
        variables = stack.enter_context(database(state))
    interruption.check()
    environment = service_environment(state.secrets, database=variables)
    with step("schema and demo data"):
        token = prepare(environment, interruption)
    with step("assets of the admin and the docs"):
        collect_assets(environment)
    interruption.check()
    with step("service"):
        gunicorn = Gunicorn(environment, state.gunicorn_pid)
        stack.callback(gunicorn.stop, interruption)
        gunicorn.await_ready(interruption)
    metrics = f"http://127.0.0.1:{environment['METRICS_PORT']}/metrics"
    print(
        banner(
            port=port,
            password=read_secret(state.secrets, "admin_password"),
            token=token,
            metrics=metrics if answers(metrics, seconds=10) else "",
            seconds=time.monotonic() - started,
        ),
        flush=True,
    )
    gunicorn.output.release()
    while gunicorn.process.poll() is None:
        interruption.check()
        time.sleep(0.1)
    gunicorn.output.finish()
    raise Refusal(f"The service ended by itself (exit code {gunicorn.process.returncode}): its log above says why.")


def _lock(state: State, stack: ExitStack, interruption: Interruption) -> None:
    lock = stack.enter_context(state.lock)
    deadline = time.monotonic() + SHORT_COMMAND_SECONDS
    while not lock.acquire("run"):
        pid, purpose = lock.holder()
        if purpose == "run" or time.monotonic() > deadline:
            raise Refusal(
                f"`make run` is already running in this clone (pid {pid}): stop it with Ctrl-C or `make stop`."
            )
        interruption.check()
        time.sleep(0.05)


def _port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise Refusal(f"PORT={text} is no port: give a number from 1 to 65535.")
    if not ports.is_free(int(text)):
        raise Refusal(f"Port {text} is taken: stop what listens there, or choose another, as in `make run PORT=8001`.")
    return int(text)


def prepare(environment: Mapping[str, str], interruption: Interruption) -> str:
    """Run `local.prepare` and return the access token that it prints."""
    process = subprocess.Popen(
        [sys.executable, "-m", "local.prepare"],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    while process.poll() is None:
        if interruption.count:
            process.terminate()  # a migration is a transaction: nothing is left half done
        time.sleep(0.02)
    output, errors = process.communicate()
    interruption.check()
    if process.returncode == 3:
        raise Refusal(f"The database cannot be prepared: {errors.strip().splitlines()[-1]}")
    if process.returncode:
        raise Refusal(f"{errors}\nThe database could not be prepared: the reason is above.")
    return output.strip()


def banner(*, port: int, password: str, token: str, metrics: str, seconds: float) -> str:
    """Return the text that `make run` prints when the service is ready; `metrics` is a URL, or ""."""
    # `localhost` may mean ::1, where another program may listen.
    url = f"http://127.0.0.1:{port}"
    metrics_line = f"\n  Metrics  {metrics}" if metrics else ""
    return textwrap.dedent(f"""
      Ready after {seconds:.1f} s: {url}

      API      {url}{FIRST_PATH}
      Docs     {url}/docs
      Admin    {url}/admin/    user admin, password {password}
      Health   {url}/readyz@METRICS@
      Users    ada, grace, linus (with data), the same password; your own: make user NAME=… PASSWORD=…

      Paste this; the token lives ten minutes, and `make token NAME=ada` prints another:

    curl -H 'Authorization: Bearer {token}' '{url}{FIRST_PATH}?limit=3'

      Ctrl-C stops everything. The log of the service:
    """).replace("@METRICS@", metrics_line)
