"""What only the event loop could get wrong: threads, connections, streamed answers, and the end of a worker."""

import json
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import pytest

from local.environment import service_environment
from tests.dependencies.visitors import Operator
from tests.process.conftest import PASSWORD, Serve, Stage
from tests.process.gunicorn_process import Gunicorn

pytestmark = [pytest.mark.slow, pytest.mark.followed]


@pytest.fixture
def server() -> str:
    return "asgi"


def connections(stage: Stage) -> set[int]:
    with stage.server.connect() as superuser:
        found = superuser.execute("SELECT pid FROM pg_stat_activity WHERE usename = 'todo_app'").fetchall()
        return {pid for (pid,) in found}


def test_many_requests_at_once_share_few_threads_that_keep_their_connections(
    serve: Serve, stage: Stage, caller: dict[str, str]
) -> None:
    gunicorn = serve(WEB_THREADS="3")

    def ask(_: int) -> int:
        return gunicorn.ask("GET", "/todos?limit=1", headers=caller).status

    with ThreadPoolExecutor(20) as many:
        assert set(many.map(ask, range(60))) == {200}
        first = connections(stage)
        assert len(first) == 3
        assert set(many.map(ask, range(60))) == {200}
    assert connections(stage) == first


def test_requests_are_served_side_by_side(serve: Serve, stage: Stage, caller: dict[str, str]) -> None:
    gunicorn = serve(WEB_THREADS="2")
    todo = gunicorn.ask("POST", "/todos", json.dumps({"title": "locked"}), caller).json["id"]
    answers: list[int] = []

    def change() -> None:
        answers.append(gunicorn.ask("PATCH", f"/todos/{todo}", json.dumps({"title": "changed"}), caller).status)

    with stage.server.connect("todo") as holder, holder.transaction():
        holder.execute("SELECT id FROM todos_todo WHERE id = %s FOR UPDATE", [todo])
        waiting = threading.Thread(target=change)
        waiting.start()
        time.sleep(0.3)
        assert gunicorn.ask("GET", f"/todos/{todo}", headers=caller, timeout=20).status == 200
        assert answers == []
    waiting.join(timeout=60)
    assert answers == [200]


def test_a_slow_sender_takes_no_thread(serve: Serve, caller: dict[str, str]) -> None:
    gunicorn = serve(WEB_THREADS="1")
    with closing(HTTPConnection("127.0.0.1", gunicorn.port, timeout=10)) as slow:
        slow.putrequest("POST", "/todos")
        for name, value in {**caller, "Content-Length": "20"}.items():
            slow.putheader(name, value)
        slow.endheaders(b'{"title"')
        assert gunicorn.ask("GET", "/todos?limit=1", headers=caller, timeout=20).status == 200
        slow.send(b': "in time"}')
        assert slow.getresponse().status == 201


def test_a_client_that_leaves_early_costs_nothing_but_its_own_request(serve: Serve, caller: dict[str, str]) -> None:
    gunicorn = serve(WEB_THREADS="1")
    for _ in range(5):
        with closing(HTTPConnection("127.0.0.1", gunicorn.port, timeout=10)) as leaving:
            leaving.request("GET", "/todos?limit=100", headers=caller)
    assert gunicorn.ask("GET", "/todos?limit=1", headers=caller).status == 200
    assert [record for record in gunicorn.records() if record["level"] == "ERROR"] == []


def test_an_export_is_streamed(serve: Serve, stage: Stage, operator_name: str) -> None:
    gunicorn = serve()
    with stage.server.connect("todo") as superuser:
        superuser.execute(
            "INSERT INTO todos_todo (owner_id, title, description, completed)"
            " SELECT id, repeat('x', 200), '', false FROM accounts_user, generate_series(1, 3000) WHERE username = 'op'"
        )
    operator = Operator(gunicorn)
    operator.log_in(operator_name, PASSWORD)
    headers, content = operator.expect(200, "GET", "/admin/todos/todo/export/")
    assert headers["Transfer-Encoding"] == "chunked"
    assert content.count(b"x" * 200) >= 3000
    assert [record for record in gunicorn.records() if record["level"] in {"ERROR", "WARNING"}] == []


def test_an_asset_is_served_whole_and_django_does_not_warn_that_it_collects_it_first(serve: Serve) -> None:
    gunicorn = serve()
    page = gunicorn.ask("GET", "/docs").body.decode()
    asset = page.partition('src="')[2].partition('"')[0]
    answer = gunicorn.ask("GET", asset)
    assert len(answer.body) == int(answer.headers["Content-Length"]) > 0
    assert [record for record in gunicorn.records() if record["level"] in {"ERROR", "WARNING"}] == []  # all is JSON


def test_a_worker_that_is_told_to_stop_ends_by_itself_and_so_ships_what_is_queued(serve: Serve) -> None:
    gunicorn: Gunicorn = serve(DRAIN_SECONDS="0")
    gunicorn.send(signal.SIGTERM)
    assert gunicorn.process.wait(timeout=10) == 0
    assert "was sent SIGTERM" not in gunicorn.log.read_text()


def test_make_run_hands_the_choice_on(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERVER", server)
    assert service_environment(tmp_path, database={})["SERVER"] == "asgi"


@pytest.mark.parametrize("server", ["uvicorn"])
def test_a_server_that_is_none_is_refused_by_name(serve: Serve) -> None:
    gunicorn: Gunicorn = serve(ready=False)
    assert gunicorn.process.wait(timeout=120) == 1
    assert "SERVER='uvicorn' is not known: give wsgi or asgi." in gunicorn.log.read_text()
