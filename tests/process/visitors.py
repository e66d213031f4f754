"""People who use the service all the time, each in a separate thread, and never expect to be turned away."""

import http.client
import json
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from local.at_work import at_work
from tests.process.gunicorn_process import Gunicorn

JSON = {"Content-Type": "application/json"}


class Visitor:
    """Repeats its `visit`; `failures` holds each unexpected answer."""

    def __init__(self, gunicorn: Gunicorn) -> None:
        self.port = gunicorn.port
        self.visits = 0
        self.failures: list[str] = []
        self.visiting = threading.Lock()
        self.cookies: SimpleCookie = SimpleCookie()

    def visit(self) -> None:
        raise NotImplementedError

    def expect(
        self, status: int, method: str, path: str, body: str | None = None, headers: dict[str, str] | None = None
    ) -> tuple[http.client.HTTPMessage, bytes]:
        """Send one request, over a connection of its own, with the cookies so far."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, body, {**self.cookie(), **(headers or {})})
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        for set_cookie in response.headers.get_all("Set-Cookie") or []:
            self.cookies.load(set_cookie)
        if response.status != status:
            raise AssertionError(f"{method} {path}: {response.status} instead of {status}: {content[:300]!r}")
        return response.headers, content

    def cookie(self) -> dict[str, str]:
        """Return the header with what the service has set so far."""
        pairs = "; ".join(f"{name}={morsel.value}" for name, morsel in self.cookies.items())
        return {"Cookie": pairs} if pairs else {}

    def visit_until(self, end: threading.Event) -> None:
        while not end.is_set():
            with self.visiting:
                try:
                    self.visit()
                except (AssertionError, OSError) as failure:
                    self.failures.append(f"{type(self).__name__}: {failure!r}")
            self.visits += 1
            end.wait(0.1)


class Caller(Visitor):
    """Keeps one access token, issued before the first rotation; writes rows and reads page after page."""

    first = "/notices?limit=2"

    def __init__(self, gunicorn: Gunicorn, headers: dict[str, str]) -> None:
        super().__init__(gunicorn)
        self.headers, self.address = headers, self.first

    def visit(self) -> None:
        self.expect(201, "POST", "/notices", json.dumps({"text": "under rotation"}), self.headers)
        headers, _ = self.expect(200, "GET", self.address, None, self.headers)
        following = re.search(r'<[^>]*?(/notices\?[^>]*)>; rel="next"', headers.get("Link", ""))
        self.address = following[1] if following else self.first


class Subscriber(Visitor):
    """Logs in once, and trades the refresh token in at each visit."""

    def __init__(self, gunicorn: Gunicorn, username: str, password: str) -> None:
        super().__init__(gunicorn)
        self.take(self.expect(200, "POST", "/auth/token", json.dumps(credentials(username, password)), JSON)[1])

    def take(self, content: bytes) -> None:
        self.tokens: dict[str, str] = json.loads(content)

    def visit(self) -> None:
        refresh = json.dumps({"refresh": self.tokens["refresh"]})
        self.take(self.expect(200, "POST", "/auth/token/refresh", refresh, JSON)[1])
        self.expect(200, "GET", "/notices?limit=1", None, {"Authorization": f"Bearer {self.tokens['access']}"})


class Operator(Visitor):
    """Logs in to the admin once, reads, and sends a form with its CSRF token."""

    def log_in(self, username: str, password: str) -> None:
        self.expect(200, "GET", "/admin/login/")
        self.send(302, "/admin/login/", {**credentials(username, password), "next": "/admin/"})

    def visit(self) -> None:
        self.expect(200, "GET", "/admin/")
        self.send(200, "/admin/conformance/notice/add/", {"text": ""})  # the form again, with what is wrong in it

    def send(self, status: int, path: str, form: dict[str, str]) -> None:
        form = {**form, "csrfmiddlewaretoken": self.cookies["csrftoken"].value}
        self.expect(status, "POST", path, urlencode(form), {"Content-Type": "application/x-www-form-urlencoded"})


def credentials(username: str, password: str) -> dict[str, str]:
    return {"username": username, "password": password}


class Crowd:
    """All visitors of a service at work."""

    def __init__(self, visitors: Sequence[Visitor]) -> None:
        self.visitors = visitors

    def at_work(self) -> AbstractContextManager[None]:
        return at_work([visitor.visit_until for visitor in self.visitors], seconds_to_end=30)

    @contextmanager
    def at_rest(self) -> Iterator[None]:
        """Let nobody begin a visit until the block has ended, which begins when nobody is in one."""
        with ExitStack() as stack:
            for visitor in self.visitors:
                stack.enter_context(visitor.visiting)
            yield

    def a_visit_each(self) -> None:
        """Return when each has made a whole visit from now on."""
        before = [visitor.visits for visitor in self.visitors]
        moment = threading.Event()
        while any(visitor.visits < seen + 2 for visitor, seen in zip(self.visitors, before, strict=True)):
            moment.wait(0.02)

    @property
    def failures(self) -> list[str]:
        return [failure for visitor in self.visitors for failure in visitor.failures]
