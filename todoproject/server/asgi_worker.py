"""uvicorn's worker for gunicorn, which stops as our threaded worker does."""

import os
import signal
import sys
from types import FrameType
from typing import Any

from uvicorn_worker import UvicornWorker

from todoproject.metrics import pool


class Worker(UvicornWorker):  # type: ignore[misc]  # no types
    """Finishes its requests at SIGTERM and then ends by itself, with gunicorn's hooks; ends at once at SIGQUIT.

    h11, because it bounds the header section (64 KiB); nothing in front of us speaks WebSocket; proxies are believed in
    one place, todoproject.http.proxy.
    """

    CONFIG_KWARGS: dict[str, Any] = {
        "loop": "asyncio",
        "http": "h11",
        "ws": "none",
        "lifespan": "off",
        "proxy_headers": False,
        "server_header": False,
        "access_log": False,
        "timeout_notify": 0,  # a heartbeat a second
    }

    def init_process(self) -> None:
        pool.threads.set(self.cfg.threads)
        super().init_process()

    def init_signals(self) -> None:
        """Make SIGTERM an exit: before uvicorn serves, and again when it has finished and raises its signal anew.

        The default action would kill the process there, before `worker_exit` has shipped the audit trail.
        """
        super().init_signals()
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))

    async def callback_notify(self) -> None:
        """Beat, and stop when gunicorn's reloader, a thread beside us, has seen an edit: uvicorn does not look."""
        await super().callback_notify()
        if not self.alive:
            signal.raise_signal(signal.SIGTERM)

    def _install_sigquit_handler(self) -> None:
        signal.signal(signal.SIGQUIT, quit_at_once)


def quit_at_once(_number: int, _frame: FrameType | None) -> None:
    """Wait for nobody; Python would wait for the threads."""
    os._exit(0)
