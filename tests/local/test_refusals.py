"""A database or a port that cannot serve `make run` is refused with one sentence, before anything is started."""

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest

from local import ports, run
from local.binaries import at_hand
from local.database import require_usable
from local.refusal import Refusal
from local.state import State


def refused(call: Any, *arguments: Any) -> str:
    with pytest.raises(Refusal) as refusal:
        call(*arguments)
    (sentence,) = str(refusal.value).splitlines()
    return sentence


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("postgres://todo:secret@127.0.0.1:{port}/todo", "Connection refused"),
        ("postgres://todo:sec ret@127.0.0.1/todo", "it must look like"),
        ("postgres://todo:secret%zz@127.0.0.1/todo", "it must look like"),
        ("not an address", "DATABASE_URL cannot be used"),
        ("mysql://todo:secret@127.0.0.1/todo", "DATABASE_URL cannot be used"),
    ],
)
def test_an_unusable_database_url_is_one_sentence_without_its_password(url: str, reason: str) -> None:
    sentence = refused(require_usable, url.format(port=ports.any_free()))
    assert reason in sentence
    assert "sec" not in sentence


@pytest.mark.skipif("DATABASE_URL" in os.environ, reason="needs the tests' own PostgreSQL: unset DATABASE_URL")
def test_a_refused_login_behind_database_url_is_one_sentence_without_its_password() -> None:
    sentence = refused(require_usable, f"postgres://service_app:wrong-one@127.0.0.1:{os.environ['DB_PORT']}/todo")
    assert "password authentication failed" in sentence
    assert "wrong-one" not in sentence


def test_a_postgresql_below_15_behind_database_url_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    class Old:
        info = SimpleNamespace(server_version=140_009)

        def __enter__(self) -> "Old":
            return self

        def __exit__(self, *_: object) -> None:
            """Hang up."""

    monkeypatch.setattr(psycopg, "connect", lambda *_, **__: Old())
    sentence = refused(require_usable, "postgres://todo:secret@127.0.0.1/todo")
    assert "DATABASE_URL leads to PostgreSQL 14, and the service needs 15 or newer" in sentence


def test_a_data_directory_of_another_major_version_is_one_sentence_that_names_both(tmp_path: Path) -> None:
    server = State(tmp_path).server
    server.data.mkdir(parents=True)
    (server.data / "PG_VERSION").write_text("14\n")
    sentence = refused(server.start)
    assert "belongs to PostgreSQL 14" in sentence
    assert f"PostgreSQL {at_hand()[0].major}" in sentence
    assert (server.data / "PG_VERSION").exists()


@pytest.mark.parametrize("port", ["80000", "http", "0"])
def test_a_port_that_is_none_is_one_sentence(monkeypatch: pytest.MonkeyPatch, port: str) -> None:
    monkeypatch.setenv("PORT", port)
    assert f"PORT={port} is no port" in refused(run._port)
