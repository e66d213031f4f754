"""Leaves the load balancer before it stops listening: SIGTERM turns readiness red, and closes the door some time later.

A load balancer, the kubelet and every proxy between learn of a leaving pod some seconds late and go on sending new
connections. gunicorn closes its listeners at the first SIGTERM, so each of those would be refused.
"""

import mmap
import signal
from typing import Any


class SharedFlag:
    """A bit in memory that survives a fork: make it before the first worker, set it in any process, see it in all."""

    def __init__(self) -> None:
        self._byte = mmap.mmap(-1, 1)

    def set(self) -> None:
        """Set it, for good."""
        self._byte[0] = 1

    def is_set(self) -> bool:
        return self._byte[0] == 1


# While it is set, /readyz is red. All workers share it: gunicorn's configuration file imports this module before the
# first fork.
flag = SharedFlag()

# Until it is set, /readyz is red too: the database has not been found as this image needs it.
started = SharedFlag()


def drain_on_sigterm(arbiter: Any, seconds: int) -> None:
    """Make the first SIGTERM of gunicorn's `arbiter` open a window of `seconds` that still serves new connections.

    Then gunicorn's own graceful stop follows: listeners close, requests in flight have `graceful_timeout`, exit 0.
    From the first SIGTERM on a second one means SIGINT, which stops at once. The arbiter's main loop goes on during
    the window (heartbeats, replaced workers): the alarm comes through its signal queue like any signal, and forked
    workers do not inherit it.
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
