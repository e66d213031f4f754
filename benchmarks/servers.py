"""gunicorn's threads against uvicorn's event loop: the same list request, the same threads, database and cores.

`python -m benchmarks.servers [seconds a run]` makes a PostgreSQL of its own, then runs A B A B A B. On a shared machine
the worker's requests per CPU-second tell more than requests per second.
"""

import http.client
import os
import signal
import statistics
import subprocess  # nosec B404
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

from local import ports, processes
from local.environment import database_variables, service_environment
from local.postgresql import Server
from local.secrets import ensure_secrets, read_secret
from local.state import ROOT

CLIENTS, ROUNDS, TODOS = 4, 3, 200
PATH = "/todos?limit=20"


def main(seconds: float) -> int:
    """Print a line a run; return 0."""
    with tempfile.TemporaryDirectory(prefix="todo-servers-") as folder:
        secrets, server = Path(folder) / "secrets", Server(Path(folder) / "postgresql", {"fsync": "off"})
        ensure_secrets(secrets)
        server.start()
        try:
            role, password = (read_secret(secrets, name) for name in ("db_username", "db_password"))
            server.provide("todo", role=role, password=password)
            environment = service_environment(secrets, database=database_variables(secrets, port=server.port))
            environment |= {"WEB_WORKERS": "1", "METRICS_PORT": "0", "PORT": str(ports.any_free())}
            manage(environment, "migrate", "--verbosity=0")
            manage(environment, "user", "caller", "--password-stdin", stdin="a-password-of-some-length")
            headers = {"Authorization": f"Bearer {manage(environment, 'token', 'caller').strip()}"}
            for number in range(2 * ROUNDS):
                name = ("wsgi", "asgi")[number % 2]
                figures = run({**environment, "SERVER": name}, headers, seconds, fill=not number)
                sys.stdout.write(" ".join([name, *figures]) + "\n")
        finally:
            server.stop()
    return 0


def manage(environment: dict[str, str], *words: str, stdin: str = "") -> str:
    command = [sys.executable, "manage.py", *words]
    return subprocess.run(  # noqa: S603  # noqa: S603  # nosec B603  our own
        command, cwd=ROOT, env=environment, input=stdin, capture_output=True, text=True, check=True, timeout=120
    ).stdout


def run(environment: dict[str, str], headers: dict[str, str], seconds: float, *, fill: bool) -> list[str]:
    """Measure one server, after half a second of warming up."""
    gunicorn = subprocess.Popen(  # nosec B603
        [sys.executable, "-m", "gunicorn", "-c", "todoproject/gunicorn.conf.py"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    port = int(environment["PORT"])
    try:
        await_ready(port)
        if fill:
            ask(port, "POST", "/todos", headers, [b'{"title": "one of many"}'] * TODOS)
        load(port, headers, 0.5)
        (worker,) = Path(f"/proc/{gunicorn.pid}/task/{gunicorn.pid}/children").read_text().split()
        before, started = cpu_seconds(worker), time.monotonic()
        times = load(port, headers, seconds)
        cpu, elapsed = cpu_seconds(worker) - before, time.monotonic() - started
        memory = next(line for line in Path(f"/proc/{worker}/status").read_text().splitlines() if "VmRSS" in line)
    finally:
        processes.send_group(gunicorn.pid, signal.SIGTERM)
        gunicorn.wait(timeout=40)
    cuts = statistics.quantiles(times, n=100)
    return [
        f"{len(times) / elapsed:6.0f} requests/s",
        f"{len(times) / cpu:6.0f} requests/CPU-s",
        f"p50 {cuts[49] * 1000:5.1f} ms",
        f"p99 {cuts[98] * 1000:5.1f} ms",
        f"{int(memory.split()[1]) // 1024} MiB",
    ]


def await_ready(port: int) -> None:
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5).close()  # nosec B310  our own address
        except OSError:
            time.sleep(0.05)
        else:
            return


def load(port: int, headers: dict[str, str], seconds: float) -> list[float]:
    """Ask from CLIENTS connections that are kept; return how long each request took."""
    times: list[float] = []
    end = time.monotonic() + seconds

    def client() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        while (begun := time.monotonic()) < end:
            connection.request("GET", PATH, headers=headers)
            response = connection.getresponse()
            response.read()
            if response.status != 200:
                raise RuntimeError(f"{PATH} answered {response.status}")
            times.append(time.monotonic() - begun)
        connection.close()

    threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times


def ask(port: int, method: str, path: str, headers: dict[str, str], bodies: list[bytes]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for body in bodies:
        connection.request(method, path, body, {**headers, "Content-Type": "application/json"})
        connection.getresponse().read()
    connection.close()


def cpu_seconds(pid: str) -> float:
    """Return what a process and its threads have used, user and system."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 4))
