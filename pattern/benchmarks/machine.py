"""Describes the machine of the figures."""

import os
import platform
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from pattern.benchmarks import cores
from pattern.benchmarks.contenders import PEERS_PYTHON
from pattern.benchmarks.database import Yardstick

PACKAGES = (
    "asyncpg",
    "django",
    "djangorestframework",
    "fastapi",
    "gunicorn",
    "orjson",
    "psycopg",
    "pyjwt",
    "sqlalchemy",
    "uvicorn",
    "uvloop",
)
ASKED = "import importlib.metadata as m, sys; print(*(f'{name} {m.version(name)}' for name in sys.argv[1:]), sep='\\n')"


def machine(yardstick: Yardstick) -> dict[str, str]:
    """Return processor, cores, kernel and versions; no name of the machine."""
    model = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    memory = int(re.findall(r"MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text(encoding="utf-8"))[0])
    versions = subprocess.run(
        [PEERS_PYTHON, "-c", ASKED, *PACKAGES], capture_output=True, text=True, check=True, timeout=60
    )
    with yardstick.server.connect() as connection:
        (postgresql,) = connection.execute("SHOW server_version").fetchone() or ("",)
    return {
        "day": datetime.now(UTC).strftime("%Y-%m-%d"),
        "processor": model[1] if model else platform.machine(),
        "cores": str(os.cpu_count()),
        "memory": f"{memory / 1024**2:.0f} GiB",
        "system": f"Linux {platform.release().partition('-')[0]}",
        "servers run on": f"core {min(cores.SERVER)}",
        "load generator and PostgreSQL run on": f"core {min(cores.REST)}",
        "Python": platform.python_version(),
        "PostgreSQL": str(postgresql).partition(" ")[0],
        "packages": ", ".join(versions.stdout.splitlines()),
    }
