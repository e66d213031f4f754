"""One bit that gunicorn's master and all its workers share."""

import mmap


class SharedFlag:
    """A flag in memory that survives a fork: make it before the first worker, set it in any process, see it in all."""

    def __init__(self) -> None:
        self._byte = mmap.mmap(-1, 1)

    def set(self) -> None:
        """Set it, for good."""
        self._byte[0] = 1

    def is_set(self) -> bool:
        return self._byte[0] == 1
