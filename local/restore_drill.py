"""Rehearses a point-in-time restore (`make restore-drill`): backup, archive, a mistake, restore, comparison.

It does with two local servers what docs/runbooks/restore.md does with RDS. Writers commit all the time. After the
restore all rows must exist that were acknowledged before the moment, and none that was begun after it.
"""

import shlex
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

from local.at_work import at_work
from local.output import say
from local.postgresql import SUPERUSER, Server, hand_over, unprivileged
from local.refusal import Refusal

WRITERS = 4
SECONDS = 3.0  # of writes before and after each step
ARCHIVE_SECONDS = RECOVERY_SECONDS = 60


class Row(NamedTuple):
    """An acknowledged row: its number, and the times when its INSERT was begun and acknowledged."""

    number: int
    begun: float
    acknowledged: float


class Drill:
    """The folders and the servers `source`, where the mistake happens, and `restored`."""

    def __init__(self, folder: Path) -> None:
        self.archive = folder / "archive"
        self.archive.mkdir(parents=True)
        hand_over(self.archive)
        # A segment gets its name when it is complete.
        place = shlex.quote(str(self.archive))
        archiving = {"archive_mode": "on", "archive_command": f"cp %p {place}/%f.new && mv {place}/%f.new {place}/%f"}
        self.source = Server(folder / "source", archiving)
        self.restored_in = folder / "restored"
        self.restore_command = f"cp {place}/%f %p"

    def writing(self, rows: list[Row]) -> AbstractContextManager[None]:
        """Let writers commit until the block ends, each row in its own transaction."""

        def write(first: int, end: threading.Event) -> None:
            with self.source.connect() as connection:
                for number in range(first, 10**9, WRITERS):
                    begun = time.time()
                    connection.execute("INSERT INTO drill VALUES (%s)", [number])
                    rows.append(Row(number, begun, time.time()))
                    if end.is_set():
                        return

        return at_work([partial(write, first) for first in range(WRITERS)], seconds_to_end=60)

    def back_up(self) -> None:
        """Copy the running server, as RDS does every night."""
        program = self.source.binaries.folder / "pg_basebackup"
        if not program.exists():
            raise Refusal("pg_basebackup is missing: install this machine's PostgreSQL (Debian: postgresql).")
        self.restored_in.mkdir(mode=0o700)
        hand_over(self.restored_in)
        password = (self.source.directory / "superuser_password").read_text(encoding="ascii")
        where = ["--host=127.0.0.1", f"--port={self.source.port}", f"--username={SUPERUSER}"]
        how = [f"--pgdata={self.restored_in / 'data'}", "--wal-method=none", "--checkpoint=fast", "--no-sync"]
        command: list[str | Path] = [*unprivileged(), program, *where, *how]
        variables = {"PGPASSWORD": password, "LC_ALL": "C"}
        done = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=120, check=False)
        if done.returncode:
            raise Refusal(f"The backup failed: {done.stderr.strip()}")
        (self.restored_in / "superuser_password").write_text(password, encoding="ascii")

    def await_archive(self) -> None:
        """Wait until the archive has all that is written; with RDS that takes up to five minutes."""
        with self.source.connect() as connection:
            ((segment,),) = connection.execute("SELECT pg_walfile_name(pg_switch_wal())").fetchall()
        deadline = time.monotonic() + ARCHIVE_SECONDS
        while not (self.archive / segment).exists():
            if time.monotonic() > deadline:
                raise Refusal(f"{segment} is not in the archive after {ARCHIVE_SECONDS} s: see {self.source.log}.")
            time.sleep(0.05)

    def restore(self, moment: float) -> set[int]:
        """Start the backup, let it replay the archive up to `moment`, and return the numbers of its rows."""
        target = {
            "restore_command": self.restore_command,
            "recovery_target_time": datetime.fromtimestamp(moment, UTC).isoformat(),
            "recovery_target_action": "promote",
            "archive_mode": "off",
        }
        signal = self.restored_in / "data" / "recovery.signal"
        signal.touch()
        hand_over(signal)
        restored = Server(self.restored_in, target)
        restored.start()
        try:
            with restored.connect() as connection:
                deadline = time.monotonic() + RECOVERY_SECONDS
                while connection.execute("SELECT pg_is_in_recovery()").fetchone() == (True,):
                    if time.monotonic() > deadline:
                        raise Refusal(f"The recovery did not end in {RECOVERY_SECONDS} s: see {restored.log}.")
                    time.sleep(0.05)
                return {number for (number,) in connection.execute("SELECT number FROM drill")}
        finally:
            restored.stop()


def drill(folder: Path, *, seconds: float = SECONDS) -> int:
    """Rehearse in `folder` and print the time of each step; return 1 if a row is lost or too many, else 0."""
    rehearsal, rows = Drill(folder), list[Row]()

    def took(what: str, began: float) -> None:
        say(f"{time.monotonic() - began:6.1f} s  {what}")

    rehearsal.source.start()
    try:
        with rehearsal.source.connect() as connection:
            connection.execute("CREATE TABLE drill (number bigint PRIMARY KEY)")
            with rehearsal.writing(rows):
                time.sleep(seconds)
                began = time.monotonic()
                rehearsal.back_up()
                took("backup, under writes", began)
                time.sleep(seconds)
                moment = time.time()
                time.sleep(seconds)
            connection.execute("TRUNCATE drill")
        say(f"         the mistake: all {len(rows):,} rows are gone; back to {datetime.fromtimestamp(moment, UTC)}")
        began = time.monotonic()
        rehearsal.await_archive()
        took("until the archive has everything", began)
    finally:
        rehearsal.source.stop()
    began = time.monotonic()
    found = rehearsal.restore(moment)
    took("restore to the moment, until it takes writes", began)
    before = {row.number for row in rows if row.acknowledged < moment}
    lost = before - found
    too_many = found - {row.number for row in rows if row.begun <= moment}
    say(f"         {len(before):,} rows were acknowledged before: {len(lost)} lost, {len(too_many)} too many")
    return 1 if lost or too_many or not before else 0


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="restore-drill-") as name:
        Path(name).chmod(0o755)  # for root PostgreSQL runs as another user
        try:
            sys.exit(drill(Path(name)))
        except Refusal as refusal:
            say(str(refusal))
            sys.exit(1)
