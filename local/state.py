"""The folder of everything that a clone makes: `.local/`, git-ignored, unless LOCAL_STATE names another."""

import os
from dataclasses import dataclass
from pathlib import Path

from local.locks import Lock
from local.postgresql import Server

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class State:
    """The folder's layout. Removing the folder while nothing runs starts from nothing."""

    folder: Path

    @property
    def secrets(self) -> Path:
        """The secrets, as /mnt/secrets-store has them in the cluster."""
        return self.folder / "secrets"

    @property
    def server(self) -> Server:
        """PostgreSQL; a write is on the disk when it is answered, as in production."""
        return Server(self.folder / "postgresql")

    @property
    def lock(self) -> Lock:
        """Held while the server is started or stopped: one process at a time."""
        return Lock(self.folder / "lock")

    @property
    def gunicorn_pid(self) -> Path:
        """The pid of the service's arbiter, for `stop` after a crash."""
        return self.folder / "gunicorn.pid"


def here() -> State:
    """Return the state of this clone."""
    return State(Path(os.environ.get("LOCAL_STATE") or ROOT / ".local").resolve())
