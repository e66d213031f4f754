"""Clients that do everything, know better, or send rubbish, for as long as `pattern.tests.chaos.size` says."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from random import Random
from typing import Any

import pytest

from local.environment import database_variables
from pattern.tests.chaos.faults import Scene
from pattern.tests.chaos.ledger import Client, Ledger
from pattern.tests.chaos.size import KILLED_MIGRATIONS, MALFORMED, MODEL_STEPS, chance
from tests.process.conftest import Stage
from tests.process.gunicorn_process import ROOT

pytestmark = [pytest.mark.ci, pytest.mark.timeout(600)]

# One client alone sends more than prod lets it.
unlimited = pytest.mark.parametrize("changed", [{"API_RATE": "60000/minute"}], ids=["unlimited"])
UNKNOWN = 9_999_999


@unlimited
def test_the_service_and_a_dictionary_agree_step_by_step(  # noqa: C901  a case for each kind of step
    clients: list[Client], ledger: Ledger
) -> None:
    client, random = clients[0], chance()
    model: dict[int, dict[str, Any]] = {}
    versions: dict[int, int] = {}

    def expect(status: int, answer: tuple[int, Any], what: str) -> Any:
        if answer[0] != status:
            ledger.note(f"{what}: {answer} instead of {status}")
        return answer[1]

    for step in range(MODEL_STEPS):
        row_id = random.choice([*model, UNKNOWN]) if len(model) < 200 else random.choice(list(model))
        match random.choice(("create", "read", "change", "change if", "delete", "list")):
            case "create":
                row = expect(201, client.ask("POST", "/notices", {"text": f"model-{step}"}), "create")
                model[row["id"]], versions[row["id"]] = row, 1
            case "read":
                row = expect(200 if row_id in model else 404, client.ask("GET", f"/notices/{row_id}"), "read")
                if row_id in model and row != model[row_id]:
                    ledger.note(f"read {row} instead of {model[row_id]}")
            case "change" | "change if" as kind:
                version = versions.get(row_id, 1) - (random.random() < 0.3)
                headers = {"If-Match": f'"{version}"'} if kind == "change if" else {}
                current = not headers or version == versions.get(row_id)
                answer = client.ask("PATCH", f"/notices/{row_id}", {"text": f"model-{step}"}, **headers)
                row = expect((200 if current else 412) if row_id in model else 404, answer, f"change {headers}")
                if row_id in model and current:
                    model[row_id], versions[row_id] = row, versions[row_id] + 1
            case "delete":
                expect(204 if row_id in model else 404, client.ask("DELETE", f"/notices/{row_id}"), "delete")
                model.pop(row_id, None)
            case "list":
                rows = expect(200, client.ask("GET", "/notices?limit=5"), "list")
                newest = sorted((each for each in model.values()), key=lambda each: -each["id"])[:5]
                if [each for each in rows if each["text"].startswith("model-")][: len(newest)] != newest:
                    ledger.note(f"list {rows} instead of {newest}")
    for row_id, row in model.items():
        ledger.lost += client.ask("GET", f"/notices/{row_id}") != (200, row)
    assert (ledger.wrong, ledger.lost) == (0, 0), ledger.notes[:5]


def malformed(random: Random, token: str) -> bytes:
    """Return a request in which a few bytes are others, are missing, or are there twice."""
    body = b'{"text": "malformed"}'
    request = bytearray(
        random.choice((b"GET", b"POST", b"PATCH", b"DELETE", b"HEAD", b"BREW"))
        + random.choice((b" /notices", b" /notices/1", b" /auth/token", b" /schema", b" *", b" http://x/notices"))
        + b" HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        + (f"Authorization: Bearer {token}\r\n".encode() if random.random() < 0.5 else b"")
        + random.choice((b"", b"Transfer-Encoding: chunked\r\n", b"Expect: 100-continue\r\n", b"Cookie: \xff\r\n"))
        + f"Content-Length: {random.choice((len(body), 0, 5))}\r\nConnection: close\r\n\r\n".encode()
        + body
    )
    for _ in range(random.randrange(1, 6)):
        place = random.randrange(len(request))
        match random.randrange(4):
            case 0:
                request[place] = random.randrange(256)
            case 1:
                del request[place : place + random.randrange(1, 12)]
            case 2:
                request[place:place] = request[place : place + random.randrange(1, 40)]
            case _:
                request[place:place] = random.choice(
                    (b"\r\n", b"\0", b"\n", b"\xff\xfe", b"\r\n\r\n", b": ", b"%", b"A" * 300)
                )
    return bytes(request)


@unlimited
def test_malformed_requests_are_no_fault_of_ours_and_hinder_nobody(
    scene: Scene, clients: list[Client], ledger: Ledger
) -> None:
    random, token = chance(), clients[1].headers["Authorization"].removeprefix("Bearer ")
    for number in range(MALFORMED):
        request, answer = malformed(random, token), b""
        ledger.sent += 1
        with suppress(OSError), socket.create_connection(("127.0.0.1", scene.gunicorn.port), timeout=10) as connection:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            while piece := connection.recv(65536):
                answer += piece
        ledger.answered += bool(answer)
        status = answer.split(b" ", 2)[1:2]
        if status and status[0].startswith(b"5") and status[0] not in {b"501", b"503", b"505"}:
            ledger.note(f"{request!r}: {answer[:200]!r}")
        if number % 500 == 0 and clients[0].ask("GET", "/notices?limit=1")[0] != 200:
            ledger.note(f"after {number} malformed requests another user is not served")
    assert scene.gunicorn.process.poll() is None
    assert (ledger.wrong, ledger.lost) == (0, 0), ledger.notes[:5]


def test_a_migration_that_is_killed_midway_is_finished_by_the_next(stage: Stage, ledger: Ledger) -> None:
    random = chance()
    with stage.server.connect() as superuser:
        superuser.execute("CREATE DATABASE migrated OWNER service_app")
    environment = {**stage.environment, **database_variables(stage.secrets, port=stage.server.port, name="migrated")}

    def applied() -> set[str]:
        with stage.server.connect("migrated") as connection:
            if connection.execute("SELECT to_regclass('django_migrations')").fetchone() == (None,):
                return set()
            return {f"{app}.{name}" for app, name in connection.execute("SELECT app, name FROM django_migrations")}

    def migrate() -> subprocess.Popen[bytes]:
        ledger.sent += 1
        command = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
        return subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)

    for _ in range(KILLED_MIGRATIONS):
        before = applied()
        process, more = migrate(), random.randrange(1, 8)
        deadline = time.monotonic() + 60
        while len(applied()) < len(before) + more and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.005)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)
        ledger.lost += len(before - applied())
    process = migrate()
    assert process.wait(120) == 0
    ledger.answered += 1
    described = (
        "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'public'"
    )
    with stage.server.connect("service") as whole, stage.server.connect("migrated") as finished:
        if set(whole.execute(described)) != set(finished.execute(described)):
            ledger.note("the tables are others than after a migration that nobody killed")
    assert (ledger.wrong, ledger.lost) == (0, 0), ledger.notes
