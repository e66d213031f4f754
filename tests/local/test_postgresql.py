"""The launcher of PostgreSQL, with every PostgreSQL that this machine has."""

import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from local import postgresql, processes
from local.binaries import Binaries, at_hand
from local.postgresql import Server
from tests.patience import patient

pytestmark = pytest.mark.slow


# The one that `make run` takes; the others in CI.
FOUND = [pytest.param(binaries, marks=[pytest.mark.ci] if place else []) for place, binaries in enumerate(at_hand())]


@pytest.fixture(scope="module", params=FOUND, ids=lambda binaries: f"{binaries.major}-{binaries.folder.parent.name}")
def made_server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A new server of one major version, below a long path with spaces."""
    binaries: Binaries = request.param
    server = Server(tmp_path_factory.mktemp("server") / "a folder with spaces" / ("deep" * 30) / "postgresql")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(postgresql, "binaries_for", lambda _: binaries)
        server.start()
    yield server
    server.stop()


@pytest.fixture
def server(made_server: Server) -> Server:
    """The same, running, whatever the test before has done to it."""
    if not made_server.pid():
        made_server.start()
    return made_server


def test_the_application_s_role_owns_its_database_and_is_no_superuser(server: Server) -> None:
    for _ in range(2):
        server.provide("service", role="service_app", password="one")
    with psycopg.connect(
        host="127.0.0.1", port=server.port, user="service_app", password="one", dbname="service"
    ) as connection:
        row = connection.execute(
            "SELECT rolsuper, rolcreatedb, datdba = pg_roles.oid, upper('élève ø'), lower('ÉLÈVE Ø'), "
            "pg_encoding_to_char(encoding) FROM pg_roles, pg_database WHERE rolname = current_user "
            "AND datname = 'service'"
        ).fetchone()
    assert row == (False, True, True, "ÉLÈVE Ø", "élève ø", "UTF8")


def test_nobody_gets_in_without_the_password(server: Server) -> None:
    for password in ("", "wrong"):
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(host="127.0.0.1", port=server.port, user="postgres", password=password, dbname="postgres")


def test_it_listens_on_127_0_0_1_alone(server: Server) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
        assert client.connect_ex(("127.0.0.2", server.port)) != 0
    with server.connect() as connection:
        assert connection.execute("SHOW unix_socket_directories").fetchone() == ("",)
    assert os.geteuid() != 0 or Path(f"/proc/{server.pid()}").stat().st_uid != 0


def test_a_second_start_takes_less_than_a_second_and_keeps_data_and_port(server: Server) -> None:
    server.provide("service", role="service_app", password="one")
    port = server.port
    assert server.stop()
    assert not server.stop()
    started = time.monotonic()
    server.start()
    assert time.monotonic() - started < patient(1)
    assert server.port == port
    with server.connect("service"):
        pass


def test_a_port_that_was_taken_meanwhile_is_replaced(server: Server) -> None:
    port = server.port
    server.stop()
    with socket.create_server(("127.0.0.1", port)):
        server.start()
    assert server.port != port


def test_a_server_killed_outright_starts_again(server: Server) -> None:
    pid = server.pid()
    os.kill(pid, signal.SIGKILL)
    assert processes.gone(pid, seconds=5)
    assert server.pid() == 0
    server.start()
    assert server.pid() not in {0, pid}


def test_a_pid_file_that_names_a_stranger_is_in_nobody_s_way(server: Server) -> None:
    server.stop()
    (server.data / "postmaster.pid").write_text(f"{os.getppid()}\n{server.data}\n0\n{server.port}\n\n127.0.0.1\n")
    assert server.pid() == 0
    server.start()
    assert server.pid()


def test_one_left_over_is_stopped_before_the_next_start(server: Server) -> None:
    left_over = server.pid()
    server.start()
    assert processes.gone(left_over, seconds=10)
    assert server.pid() not in {0, left_over}
