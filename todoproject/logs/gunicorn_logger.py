"""gunicorn's own log without what a client wrote: request lines and query strings may hold a secret."""

from typing import Any

from gunicorn.glogging import Logger


class GunicornLogger(Logger):  # type: ignore[misc]
    """Logs what gunicorn says, and no access lines: middleware and `todoproject.server.answers` write those."""

    def access(self, *_: Any) -> None:
        """Write nothing; building gunicorn's line costs more than our own."""
