"""gunicorn's threaded worker, with an end that is one."""

import os
from types import FrameType
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

from todoproject.metrics import pool


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """Refuses new connections while it finishes its requests, and does not wait for them when told to quit.

    It tells how many connections wait for one of its threads.
    """

    def enqueue_req(self, conn: Any) -> None:
        """Hand a connection with something to read to the threads."""
        pool.waiting.inc()
        super().enqueue_req(conn)

    def handle(self, conn: Any) -> Any:
        """Serve a request; runs in the thread that has become free."""
        pool.waiting.dec()
        return super().handle(conn)

    def set_accept_enabled(self, enabled: bool) -> None:  # noqa: FBT001  gunicorn's signature
        """Stop listening, not only accepting, once the worker stops.

        Otherwise the kernel goes on taking connections for it, which would hang until the last request has ended.
        """
        super().set_accept_enabled(enabled)
        if not self.alive and not enabled:
            for listener in self.sockets:
                listener.close()

    def handle_quit(self, _number: int, _frame: FrameType | None) -> None:
        """Stop at once on SIGINT or SIGQUIT; Python would wait for the requests in its threads first."""
        os._exit(0)
