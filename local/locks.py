"""A lock that the system itself releases when its holder dies, so that a killed run never blocks the next one."""

import fcntl
import os
from pathlib import Path
from typing import Self


class Lock:
    """An exclusive lock on a file. The file says who holds it: pid and purpose."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor = -1

    def acquire(self, purpose: str) -> bool:
        """Take the lock if nobody holds it; return whether we have it."""
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
        """Return pid and purpose of who holds it or held it last; (0, "") when nobody ever did."""
        try:
            pid, purpose = self._path.read_text(encoding="ascii").split()
        except (OSError, ValueError):
            return 0, ""
        return int(pid), purpose

    def release(self) -> None:
        """Give it back. The end of the process does the same."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()
