"""A disk of PostgreSQL's that can be filled: it holds one table and the write-ahead log. Mounting it needs root."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from local.postgresql import Server, hand_over

TABLE = "conformance_notice"
MEGABYTES = 128
LOGGED = "SELECT pg_logical_emit_message(true, 'full', repeat('x', 1048576)) FROM generate_series(1, %s)"


class Disk:
    def __init__(self, folder: Path, server: Server) -> None:
        self.folder, self.server = folder, server
        self.ballast = folder / "ballast"

    def fill(self) -> None:
        with self.ballast.open("ab", buffering=0) as ballast, suppress(OSError):
            for size in (1 << 20, 1 << 12):
                with suppress(OSError):
                    while ballast.write(b"x" * size) == size:
                        pass

    def end_the_log(self) -> None:
        """Make PostgreSQL need one more segment of its log than it has; it stops at that."""
        with self.server.connect("service") as connection, pytest.raises(psycopg.OperationalError):
            connection.execute(LOGGED, [MEGABYTES])

    def free(self) -> None:
        """Make room, and start PostgreSQL if it has given up, as its operator would."""
        self.ballast.unlink()
        time.sleep(1)
        if not self.server.pid():
            self.server.start()


@contextmanager
def small_disk(folder: Path, server: Server) -> Iterator[Disk]:
    """Keep a table and the log there within the block; skip the test where nothing can be mounted."""
    mount = ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m,mode=755", "none", str(folder)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True, timeout=10, check=False).returncode:
        pytest.skip("a small disk is a mount, which needs root")
    log, there = server.data / "pg_wal", folder / "pg_wal"
    try:
        space = folder / "space"
        space.mkdir()
        for each in (folder, space):
            hand_over(each)
        server.stop()
        shutil.move(log, there)
        log.symlink_to(there)
        server.start()
        with server.connect("service") as connection:
            connection.execute(f"CREATE TABLESPACE small LOCATION '{space}'")
            connection.execute(f"ALTER TABLE {TABLE} SET TABLESPACE small")
            connection.execute(f"VACUUM FULL {TABLE}")  # or what was deleted leaves room for days
        yield Disk(folder, server)
        with server.connect("service") as connection:
            connection.execute(f"ALTER TABLE {TABLE} SET TABLESPACE pg_default")
            connection.execute("DROP TABLESPACE small")
    finally:
        server.stop()
        if there.exists():
            log.unlink()
            shutil.move(there, log)
        subprocess.run(["umount", str(folder)], capture_output=True, timeout=10, check=False)
        server.start()
