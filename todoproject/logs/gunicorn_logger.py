"""gunicorn's own log without what a client wrote: request lines and query strings may hold a secret."""

import sys
from typing import Any

from gunicorn.glogging import Logger


class GunicornLogger(Logger):  # type: ignore[misc]
    """Logs what gunicorn says, a refused request by its kind only, and no access lines: middleware writes those."""

    def access(self, *_: Any) -> None:
        """Write nothing; building gunicorn's line costs more than our own."""

    def warning(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """Log a warning; of a request that cannot be parsed the address and the kind of error, not its text."""
        if msg.startswith("Invalid request from ip="):
            msg, args = "%s: %s", (msg.partition(": ")[0], type(sys.exception()).__name__)
        super().warning(msg, *args, **kwargs)

    def exception(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """Log an error with its traceback; addresses lose their query string."""
        args = tuple(arg.partition("?")[0] if isinstance(arg, str) else arg for arg in args)
        super().exception(msg, *args, **kwargs)
