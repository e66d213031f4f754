"""What goes wrong: each fault begins, lasts and is over when its function returns."""

import os
import signal
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from random import Random

import psycopg

from local.postgresql import Server
from pattern.tests.chaos.size import SECONDS
from tests.process.gunicorn_process import Gunicorn
from tests.process.rotating import USERS, Rotation

LOOK_SECONDS = 6  # todoproject.secrets.files looks every five


@dataclass
class Scene:
    gunicorn: Gunicorn
    server: Server
    secrets: Rotation
    random: Random

    def workers(self) -> list[int]:
        return children(self.gunicorn.process.pid)


def children(pid: int) -> list[int]:
    """Return the children of a process."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        found += map(int, task.read_text(encoding="ascii").split())
    return found


def worker_killed(scene: Scene) -> None:
    for _ in range(3):
        os.kill(scene.random.choice(scene.workers()), signal.SIGKILL)
        scene.gunicorn.wait_for(200, seconds=60)
        time.sleep(SECONDS / 3 * scene.random.random())


def worker_stopped(scene: Scene) -> None:
    worker = scene.random.choice(scene.workers())
    os.kill(worker, signal.SIGSTOP)
    time.sleep(min(SECONDS, 8))  # CLIENT_TIMEOUT is 10 s
    os.kill(worker, signal.SIGCONT)


def database_restarted(scene: Scene) -> None:
    scene.server.stop()
    time.sleep(SECONDS / 3)
    scene.server.start()


def database_killed(scene: Scene) -> None:
    os.kill(scene.server.pid(), signal.SIGKILL)
    time.sleep(SECONDS / 3)
    scene.server.start()


def database_stopped(scene: Scene) -> None:
    pid = scene.server.pid()
    group = [pid, *children(pid)]
    for each in group:
        os.kill(each, signal.SIGSTOP)
    time.sleep(SECONDS)
    for each in reversed(group):
        os.kill(each, signal.SIGCONT)


def connections_exhausted(scene: Scene) -> None:
    with ExitStack() as stack:
        first = stack.enter_context(scene.server.connect())
        try:
            while True:
                stack.enter_context(scene.server.connect())
        except psycopg.OperationalError:
            pass
        end_connections(first)
        time.sleep(SECONDS)


def read_only(scene: Scene) -> None:
    with scene.server.connect() as connection:
        for value in ("on", "off"):
            connection.execute(f"ALTER DATABASE service SET default_transaction_read_only = {value}")
            end_connections(connection)
            time.sleep(SECONDS / 2)


def passwords_rotated(scene: Scene) -> None:
    for _ in range(10):
        scene.secrets.alternate_user()
        with scene.server.connect() as connection:
            end_connections(connection)
        time.sleep(SECONDS / 10)


def keys_rotated(scene: Scene) -> None:
    scene.secrets.append_keys()
    time.sleep(LOOK_SECONDS)
    scene.secrets.front_keys()
    time.sleep(LOOK_SECONDS)


def secrets_broken(scene: Scene) -> None:
    names = ("django_secret_key", "jwt_signing_keys", "db_password")
    whole = {name: scene.secrets.read(name) for name in names}
    for broken in (lambda text: text[: len(text) // 2], lambda _: ""):
        for name, text in whole.items():
            scene.secrets.write(name, broken(text))
        time.sleep(LOOK_SECONDS)
        with scene.server.connect() as connection:
            end_connections(connection)
        time.sleep(SECONDS / 3)
    for name, text in whole.items():
        scene.secrets.write(name, text)


def cloudwatch_dead(_: Scene) -> None:
    """Do nothing more: nobody has listened there from the start on (pattern/tests/chaos/test_bad_day.py)."""
    time.sleep(SECONDS)


def end_connections(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    """End every connection of the service."""
    connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = ANY(%s)", [list(USERS)])


FAULTS: dict[str, Callable[[Scene], None]] = {
    each.__name__.replace("_", " "): each
    for each in (
        worker_killed,
        worker_stopped,
        database_restarted,
        database_killed,
        database_stopped,
        connections_exhausted,
        read_only,
        passwords_rotated,
        keys_rotated,
        secrets_broken,
        cloudwatch_dead,
    )
}
