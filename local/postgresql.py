"""A PostgreSQL server in a folder: made at its first start, kept between runs, on 127.0.0.1 only.

PostgreSQL refuses to run as root. For root its programs run as an unprivileged user.
"""

import os
import re
import secrets
import shlex
import shutil
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from local import ports, processes
from local.binaries import Binaries, binaries_for
from local.refusal import Refusal

SUPERUSER = "postgres"
START_SECONDS = 60  # recovery after a crash may replay minutes of writes; an ordinary start takes 0.2 s
LOG_BYTES = 5_000_000
ATTEMPTS = 5


@dataclass(frozen=True)
class Server:
    """The server in `directory`; `settings` of postgresql.conf apply from its next start."""

    directory: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        """The data directory."""
        return self.directory / "data"

    @property
    def log(self) -> Path:
        """The server's log."""
        return self.directory / "log"

    @cached_property
    def binaries(self) -> Binaries:
        """The programs of the data directory's major version."""
        return binaries_for(self.data)

    @property
    def port(self) -> int:
        """The port of the last start."""
        return int((self.directory / "port").read_text(encoding="ascii"))

    def pid(self) -> int:
        """Return the pid of the running server, 0 if it does not run."""
        try:
            lines = (self.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
            pid = int(lines[0])
        except (OSError, IndexError, ValueError):
            return 0
        # After a crash or a reboot another process may have this pid: ours has its data directory in the command line.
        return pid if str(self.data) in processes.command(pid) else 0

    def start(self) -> None:
        """Start the server; make its data directory if it is missing, and stop the server of a killed run first."""
        self.binaries  # noqa: B018  refuses before anything changes
        self.stop()
        if not self.data.exists():
            self._create()
        # `stop` has found that the pid in this file is not our server's.
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES:
            self.log.replace(self.directory / "log.1")
        for attempt in range(ATTEMPTS):
            self._choose_port()
            said = self._run("pg_ctl", "start", "-D", self.data, "-l", self.log, "-o", self._options(), *self._waiting)
            if said is None:
                return
            # Another process may have taken the port, and children of a killed server need a moment to end.
            time.sleep(0.2 * attempt)
        raise Refusal(f"PostgreSQL did not start: {self._reason()} (the log is {self.log}).")

    _waiting = ("-w", "-s", "-t", str(START_SECONDS))

    def stop(self) -> bool:
        """Stop the server and disconnect its clients; return whether it was running."""
        pid = self.pid()
        if not pid:
            return False
        for mode in ("fast", "immediate"):
            if self._run("pg_ctl", "stop", "-D", self.data, "-m", mode, "-w", "-s", "-t", "20") is None:
                break
        return processes.gone(pid, seconds=5)

    def connect(self, database: str = SUPERUSER) -> psycopg.Connection[tuple[Any, ...]]:
        """Return a connection as superuser, for local tools and tests only."""
        password = (self.directory / "superuser_password").read_text(encoding="ascii")
        return psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user=SUPERUSER,
            password=password,
            dbname=database,
            autocommit=True,
            connect_timeout=10,
        )

    def provide(self, database: str, *, role: str, password: str) -> None:
        """Make `database` and its owner `role`, who logs in with `password` and is no superuser."""
        name, owner = sql.Identifier(database), sql.Identifier(role)
        with self.connect() as connection:
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
                connection.execute(sql.SQL("CREATE ROLE {}").format(owner))
            # CREATEDB is for the databases of tests. At each start, so that new secrets work with old data.
            alter = sql.SQL("ALTER ROLE {} LOGIN NOSUPERUSER CREATEDB PASSWORD {}").format(owner, sql.Literal(password))
            connection.execute(alter)
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, owner))

    def _create(self) -> None:
        """Make the data directory under another name and rename it, so that a killed start leaves no half of one."""
        half = self.directory / "data.new"
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir(parents=True, mode=0o700)
        hand_over(half)
        password = self.directory / "superuser_password"
        password.touch(mode=0o600)
        password.write_text(secrets.token_urlsafe(32), encoding="ascii")
        # For upper() and lower() beyond ASCII. PostgreSQL 17 has its own tables, an older one needs the C library's.
        # https://www.postgresql.org/docs/current/locale.html
        locale = (
            ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
            if self.binaries.major >= 17
            else ["--locale=C.UTF-8"]
        )
        initdb: list[str | Path] = [
            "-D",
            half,
            f"--username={SUPERUSER}",
            f"--pwfile={password}",
            "--auth=scram-sha-256",
        ]
        said = self._run("initdb", *initdb, "--encoding=UTF8", *locale, "--no-sync")
        if said is not None:
            raise Refusal(
                f"PostgreSQL {self.binaries.major} could not make its data directory: {said.splitlines()[-1]}"
            )
        half.rename(self.data)

    def _choose_port(self) -> None:
        """Keep the port of the last start if it is free, so that open database tools go on working."""
        remembered = self.directory / "port"
        if not remembered.exists() or not ports.is_free(self.port):
            remembered.write_text(str(ports.any_free()), encoding="ascii")

    def _options(self) -> str:
        # No socket file: its path may have only 107 bytes, and that of a clone may be longer.
        fixed = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "port": str(self.port)}
        settings = {**fixed, "password_encryption": "scram-sha-256", "log_timezone": "UTC", **self.settings}
        return " ".join(f"-c {name}={shlex.quote(value)}" for name, value in settings.items())

    def _run(self, program: str, *arguments: str | Path) -> str | None:
        """Run one of PostgreSQL's programs; return None if it succeeds, else its output."""
        done = subprocess.run(
            [*unprivileged(), self.binaries.folder / program, *arguments],
            cwd="/",
            # Without the shell's PGDATA and PGPORT, and with messages in English.
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            # No pipe for pg_ctl: the server would inherit it and keep it open.
            stdout=subprocess.PIPE if program == "initdb" else subprocess.DEVNULL,
            stderr=subprocess.STDOUT if program == "initdb" else subprocess.DEVNULL,
            text=True,
            errors="replace",
            check=False,
            timeout=START_SECONDS + 30,
        )
        return None if done.returncode == 0 else (done.stdout or f"{program} failed").strip()

    def _reason(self) -> str:
        """Return the last error in the log."""
        text = self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""
        complaints = re.findall(r"(?:FATAL|PANIC|could not [^\n]*|ERROR):\s+([^\n]*)", text)
        return complaints[-1] if complaints else "it gave no reason"


NOBODY = 65534  # uid and gid, everywhere
# A clone may be below a folder of mode 0700, as root's home. So the user keeps the capabilities to pass through folders
# and to read files. https://man7.org/linux/man-pages/man7/capabilities.7.html
WANTED = {"dac_override": 1, "dac_read_search": 2}


def unprivileged() -> list[str]:
    """Return the words before a command that run it as NOBODY; none for an ordinary user."""
    if os.geteuid() != 0:
        return []
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise Refusal(
            "PostgreSQL does not run as root, and `setpriv` is missing: install util-linux, or be an ordinary user."
        )
    words = [setpriv, f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    # In a container root may lack one of the two, and asking for it would fail.
    permitted = _permitted()
    kept = ",".join(f"+{name}" for name, bit in WANTED.items() if permitted >> bit & 1)
    return [*words, *([f"--inh-caps={kept}", f"--ambient-caps={kept}"] if kept else []), "--"]


def _permitted() -> int:
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("CapPrm:"):
            return int(line.split()[1], base=16)
    return 0


def hand_over(folder: Path) -> None:
    """Make the user that PostgreSQL runs as the owner of a folder."""
    if os.geteuid() == 0:
        os.chown(folder, NOBODY, NOBODY)
