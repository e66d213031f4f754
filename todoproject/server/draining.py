"""Drains a pod: SIGTERM turns readiness red at once, and gunicorn stops some seconds later.

Load balancers and proxies learn late that a pod is leaving, and go on sending new connections. gunicorn closes its
listeners at the first SIGTERM, which would refuse them.
"""

import mmap
import signal
from typing import Any


class SharedFlag:
    """A flag that all workers share: make it before the first fork, set it in any process."""

    def __init__(self) -> None:
        self._byte = mmap.mmap(-1, 1)

    def set(self) -> None:
        """Set the flag; it is never cleared."""
        self._byte[0] = 1

    def is_set(self) -> bool:
        return self._byte[0] == 1


# The pod is leaving, so /readyz is red. gunicorn's configuration file imports this module before the first fork.
flag = SharedFlag()

# A worker has found the database as this image needs it. Until then /readyz is red too.
started = SharedFlag()


def drain_on_sigterm(arbiter: Any, seconds: int) -> None:
    """Let gunicorn's `arbiter` serve new connections for `seconds` after its first SIGTERM.

    Then gunicorn's own graceful stop follows: listeners close, requests in flight have `graceful_timeout`, exit 0.
    A second SIGTERM means SIGINT, which stops at once. The arbiter's main loop goes on meanwhile (heartbeats, replaced
    workers): the alarm comes through its signal queue like any signal, and forked workers do not inherit it.
    """
    stop_gracefully = arbiter.handle_term

    def handle_term() -> None:
        flag.set()
        signal.signal(signal.SIGTERM, lambda *_: arbiter.SIG_QUEUE.put_nowait(signal.SIGINT))
        if seconds == 0:
            stop_gracefully()
        signal.signal(signal.SIGALRM, arbiter.signal)
        signal.alarm(seconds)
        arbiter.log.info("Draining: new connections are served for %s more seconds", seconds)

    arbiter.handle_term = handle_term
    arbiter.handle_alrm = stop_gracefully
