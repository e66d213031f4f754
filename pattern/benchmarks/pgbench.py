"""pgbench with the SQL of the bare peer alone: what PostgreSQL itself needs.

https://www.postgresql.org/docs/current/pgbench.html
"""

import os
import re
import subprocess
from pathlib import Path

from local.secrets import read_secret
from pattern.benchmarks import cores
from pattern.benchmarks.cpu import Used
from pattern.benchmarks.database import Database, Yardstick
from pattern.benchmarks.interleaved import CONNECTIONS, Slice, measured

SQL = Path(__file__).parent / "peers" / "list.sql"
DONE = re.compile(r"number of transactions actually processed: (\d+)")
LATENCY = re.compile(r"latency average = ([\d.]+) ms")


def program(yardstick: Yardstick) -> Path | None:
    """Return pgbench, which Debian installs beside PostgreSQL and some packages do not."""
    path = yardstick.server.binaries.folder / "pgbench"
    return path if path.is_file() else None


def slice_of(yardstick: Yardstick, database: Database, *, seconds: float) -> Slice:
    """Measure; pgbench runs where servers do, and its own CPU counts as theirs. It knows no percentiles."""
    path = program(yardstick)
    assert path is not None, "there is no pgbench here"  # noqa: S101
    script = yardstick.folder / "list.sql"
    owners = f"\\set owner random({database.owners.start}, {database.owners.stop - 1})\n"
    # A script's statement ends with a line that ends in a semicolon.
    script.write_text(owners + " ".join(SQL.read_text().split()) + ";\n")
    server = yardstick.server
    role, password = (read_secret(yardstick.secrets, name) for name in ("db_username", "db_password"))
    options = ["-n", "-M", "prepared", "-c", str(CONNECTIONS), "-j", "1", "-T", str(max(1, round(seconds)))]
    before = Used.now(0, yardstick.pid)
    with cores.on(cores.SERVER):
        said = subprocess.run(
            [path, *options, "-f", script, "-h", "127.0.0.1", "-p", str(server.port), "-U", role, database.name],
            env={**os.environ, "PGPASSWORD": password},
            capture_output=True,
            text=True,
            check=True,
            timeout=seconds + 60,
        ).stdout
    used = Used.now(0, yardstick.pid).since(before)
    done, latency = DONE.search(said), LATENCY.search(said)
    if not done or not latency:
        raise RuntimeError(f"pgbench says no figures: {said}")
    # It was a child of the generator's process, and the generator itself did nothing.
    used = Used(used.elapsed, used.client, used.postgresql, 0.0, used.machine, used.stolen)
    found = measured(int(done[1]), [], used)
    return Slice(**{**vars(found), "p50": float(latency[1])})
