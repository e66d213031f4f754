"""Limits one user to half of a worker's threads while another caller waits for one.

While nobody waits, a user may have all threads, so the burst of requests of one page is served.
"""

import threading
from collections import Counter
from collections.abc import Callable


class _Thread(threading.local):
    """The request that this thread serves; outside of gunicorn's threads there is none."""

    others_wait: Callable[[], bool] | None = None
    user: int | None = None


_thread = _Thread()
_lock = threading.Lock()
_taken: Counter[int] = Counter()


def begin(others_wait: Callable[[], bool]) -> None:
    """Begin a request in this thread; `others_wait` says whether another caller waits for a thread."""
    _thread.others_wait = others_wait


def end() -> None:
    """End the request, and give its user's thread back."""
    _thread.others_wait, user, _thread.user = None, _thread.user, None
    if user is not None:
        with _lock:
            _taken[user] -= 1
            if not _taken[user]:
                del _taken[user]


def take(user: int, threads: int) -> bool:
    """Count this thread, one of `threads`, for the user; return False if they have half of them and others wait."""
    others_wait = _thread.others_wait
    if others_wait is None or _thread.user is not None:
        return True
    with _lock:
        taken = _taken[user] = _taken[user] + 1
    _thread.user = user
    return taken <= max(1, threads // 2) or not others_wait()
