"""Which request, user and client address the code is working for, so that every log line and every error can say it.

Context variables, because they follow a request through threads (WSGI) and tasks (ASGI) alike.
"""

from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="")
user_id: ContextVar[int | None] = ContextVar("user_id", default=None)
address: ContextVar[str] = ContextVar("address", default="")


def current_request_id() -> str:
    """Answer the id of the request being served, or "" outside of one."""
    return request_id.get()


def begin_request(identifier: str) -> None:
    """Start a request: its id is known, its user and its client's address are not yet.

    A worker thread serves one request after another in the same context, so all are set each time.
    """
    request_id.set(identifier)
    user_id.set(None)
    address.set("")
