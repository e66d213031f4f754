"""The folder of what a clone makes: `.local/`, or the one in LOCAL_STATE."""

import fcntl
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from local.postgresql import Server

ROOT = Path(__file__).resolve().parent.parent


class Lock:
    """An exclusive lock on a file, which holds pid and purpose of the holder. It ends with the holder's process."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor = -1

    def acquire(self, purpose: str) -> bool:
        """Take the lock if it is free; return whether we have it."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()} {purpose}\n".encode("ascii"), 0)
        self._descriptor = descriptor
        return True

    def holder(self) -> tuple[int, str]:
        """Return pid and purpose of the current or last holder, (0, "") if there was none."""
        try:
            pid, purpose = self._path.read_text(encoding="ascii").split()
        except (OSError, ValueError):
            return 0, ""
        return int(pid), purpose

    def release(self) -> None:
        """Release the lock."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


@dataclass(frozen=True)
class State:
    """The layout of the folder. You may remove the folder while nothing runs."""

    folder: Path

    @property
    def secrets(self) -> Path:
        """The secrets, as /mnt/secrets-store has them in the cluster."""
        return self.folder / "secrets"

    @property
    def server(self) -> Server:
        """PostgreSQL, with durable writes as in production."""
        return Server(self.folder / "postgresql")

    @property
    def lock(self) -> Lock:
        """Held by the one process that starts or stops the server."""
        return Lock(self.folder / "lock")

    @property
    def gunicorn_pid(self) -> Path:
        """The pid of the service's arbiter, for `stop` after a crash."""
        return self.folder / "gunicorn.pid"


def here() -> State:
    """Return the state of this clone."""
    return State(Path(os.environ.get("LOCAL_STATE") or ROOT / ".local").resolve())
