"""python -m pipeline.previous_release [REVISION] [PYTEST ARGUMENTS]

Runs the API tests of the release before (REVISION, by default where this branch left origin/main) against a database
with the migrations of the working tree: for some minutes of every release the old colour serves on the new schema.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.environment import database_variables, service_environment
from local.postgresql import Server
from local.secrets import ensure_secrets, read_secret
from local.state import ROOT
from pipeline.command import CommandError, exit_on_failure, output

TEST_SECONDS = 1200
# Django calls a test database so; the old tests find it made, and with more migrations than they know.
DATABASE = "test_service"


def run(revision: str, arguments: list[str]) -> int:
    """Return pytest's exit status; raise CommandError when a migration or git fails."""
    with tempfile.TemporaryDirectory(prefix="previous-release-") as temporary, _migrated(Path(temporary)) as url:
        old = Path(temporary) / "release"
        _said("git", "worktree", "add", "--detach", str(old), revision)
        try:
            command = [_python(old), "-m", "pytest", "--reuse-db", "-m", "not slow and not cluster"]
            environment = {**os.environ, "DATABASE_URL": url}
            tests = arguments or ["tests/api"]
            return subprocess.run(  # noqa: S603
                [*command, *tests], cwd=old, env=environment, check=False, timeout=TEST_SECONDS
            ).returncode
        finally:
            _said("git", "worktree", "remove", "--force", str(old))


def _python(old: Path) -> str:
    """The interpreter for the old code: this one when it asks for the same packages, else one of its own."""
    if all(
        (old / file).read_bytes() == (ROOT / file).read_bytes()
        for file in ("requirements/main.txt", "requirements/dev.txt")
    ):
        return sys.executable
    _said("make", "--directory", str(old), ".venv/test")
    return str(old / ".venv/bin/python")


@contextmanager
def _migrated(folder: Path) -> Iterator[str]:
    """Give the address of a database beside the one that the new migrations made."""
    secrets, server = folder / "secrets", Server(folder / "postgresql", {"fsync": "off"})
    ensure_secrets(secrets)
    role, password = (read_secret(secrets, name) for name in ("db_username", "db_password"))
    server.start()
    try:
        for name in ("service", DATABASE):
            server.provide(name, role=role, password=password)
        database = database_variables(secrets, port=server.port, name=DATABASE)
        _said(sys.executable, "manage.py", "migrate", environment=service_environment(secrets, database=database))
        yield f"postgresql://{role}:{password}@127.0.0.1:{server.port}/service?sslmode=disable"
    finally:
        server.stop()


def _said(*command: str, environment: dict[str, str] | None = None) -> str:
    return output(command, folder=ROOT, environment=environment, seconds=300)


def main(arguments: list[str]) -> int:
    """Run; return the exit status."""
    if arguments[:1] == ["--help"]:
        sys.stdout.write(__doc__ or "")
        return 0
    try:
        revision = arguments[0] if arguments else _said("git", "merge-base", "HEAD", "origin/main")
        return run(revision, arguments[1:])
    except CommandError as error:
        return exit_on_failure(error)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
