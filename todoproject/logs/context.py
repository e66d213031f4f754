"""The current request id, user and client address, for log lines and errors.

Context variables follow a request through threads (WSGI) and tasks (ASGI).
"""

from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="")
user_id: ContextVar[int | None] = ContextVar("user_id", default=None)
address: ContextVar[str] = ContextVar("address", default="")


def begin_request(identifier: str) -> None:
    """Set the id of a request, and reset user and address, which are not known yet.

    A thread serves its requests in one context, so each request sets all three.
    """
    request_id.set(identifier)
    user_id.set(None)
    address.set("")
