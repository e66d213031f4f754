"""TCP ports of this machine."""

import socket


def is_free(port: int) -> bool:
    """Return whether a server can listen on 127.0.0.1:`port` now."""
    with socket.socket() as probe:
        # As servers do: connections of an ended run that are still in TIME_WAIT do not count as taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def any_free() -> int:
    """Return a port that nothing listens on (yet)."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
