"""A database that cannot serve is refused with one sentence, before anything is started."""

import os
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from local import ports
from local.binaries import at_hand
from tests.local.laptop import Laptop, assert_refused, new_laptop

pytestmark = pytest.mark.ci


@pytest.fixture
def laptop(tmp_path: Path) -> Laptop:
    return new_laptop(tmp_path)


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
def test_an_unusable_database_url_is_one_sentence_without_its_password(laptop: Laptop, url: str, reason: str) -> None:
    refused = laptop.command("run", DATABASE_URL=url.format(port=ports.any_free()))
    assert_refused(refused, reason)
    assert "sec" not in refused.stderr


def test_a_refused_login_behind_database_url_is_one_sentence_without_its_password(laptop: Laptop) -> None:
    if "DATABASE_URL" in os.environ:
        pytest.skip("needs the tests' own PostgreSQL: unset DATABASE_URL")
    url = f"postgres://service_app:wrong-one@127.0.0.1:{os.environ['DB_PORT']}/todo"
    refused = laptop.command("run", DATABASE_URL=url)
    assert_refused(refused, "password authentication failed")
    assert "wrong-one" not in refused.stderr


@pytest.fixture
def old_postgresql() -> Iterator[int]:
    """The port of something that says it is PostgreSQL 14.9 and lets everybody in."""

    def message(kind: bytes, body: bytes) -> bytes:
        return kind + struct.pack("!i", len(body) + 4) + body

    greeting = (
        message(b"R", struct.pack("!i", 0))  # AuthenticationOk
        + message(b"S", b"server_version\x0014.9\x00")
        + message(b"S", b"client_encoding\x00UTF8\x00")
        + message(b"Z", b"I")  # ReadyForQuery
    )

    def serve(listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            with client:
                while len(first := client.recv(1024)) == 8:  # asks for TLS or GSS encryption
                    client.sendall(b"N")
                if first:
                    client.sendall(greeting)
                    client.recv(1024)

    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        threading.Thread(target=serve, args=[listener], daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


def test_a_postgresql_below_15_behind_database_url_is_one_sentence(laptop: Laptop, old_postgresql: int) -> None:
    refused = laptop.command("run", DATABASE_URL=f"postgres://todo:secret@127.0.0.1:{old_postgresql}/todo")
    assert_refused(refused, "DATABASE_URL leads to PostgreSQL 14, and the service needs 15 or newer")


def test_a_data_directory_of_another_major_version_is_one_sentence_that_names_both(laptop: Laptop) -> None:
    data = laptop.state.server.data
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("14\n")
    refused = laptop.command("run")
    assert_refused(refused, "belongs to PostgreSQL 14")
    assert f"PostgreSQL {at_hand()[0].major}" in refused.stderr
    assert (data / "PG_VERSION").exists()


@pytest.mark.parametrize("port", ["80000", "http", "0"])
def test_a_port_that_is_none_is_one_sentence(laptop: Laptop, port: str) -> None:
    assert_refused(laptop.command("run", PORT=port), f"PORT={port} is no port")
