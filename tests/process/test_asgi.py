"""The event loop serves, drains and stops; nothing more is promised of it (docs/adr/0004)."""

import signal
from pathlib import Path

import pytest

from local.environment import service_environment
from tests.process.conftest import Serve, Stage
from tests.process.gunicorn_process import Gunicorn

pytestmark = [pytest.mark.slow, pytest.mark.followed]


def open_connections(stage: Stage) -> int:
    with stage.server.connect() as superuser:
        found = superuser.execute("SELECT count(*) FROM pg_stat_activity WHERE usename = 'service_app'").fetchone()
        assert found
        return int(found[0])


def test_it_serves_and_leaves_no_connection_open_then_drains_and_ends_by_itself(
    serve: Serve, stage: Stage, caller: dict[str, str]
) -> None:
    gunicorn: Gunicorn = serve(SERVER="asgi", DRAIN_SECONDS="5")
    assert gunicorn.ask("POST", "/notices", '{"text": "served by a loop"}', caller).status == 201
    for _ in range(5):
        assert gunicorn.ask("GET", "/notices?limit=1", headers=caller).status == 200
    assert open_connections(stage) == 0

    gunicorn.send(signal.SIGTERM)
    gunicorn.wait_for(503, seconds=5)
    assert gunicorn.ask("GET", "/notices?limit=1", headers=caller).status == 200
    assert gunicorn.process.wait(timeout=60) == 0
    # Killed by the signal, its worker would have shipped no audit record that was still in the queue.
    assert "was sent SIGTERM" not in gunicorn.log.read_text()
    assert [record for record in gunicorn.records() if "exception" in record] == []


def test_make_run_hands_the_choice_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERVER", "asgi")
    assert service_environment(tmp_path, database={})["SERVER"] == "asgi"


def test_a_server_that_is_none_is_refused_by_name(serve: Serve) -> None:
    gunicorn: Gunicorn = serve(ready=False, SERVER="uvicorn")
    assert gunicorn.process.wait(timeout=120) == 1
    assert "SERVER='uvicorn' is not known: give wsgi or asgi." in gunicorn.log.read_text()
