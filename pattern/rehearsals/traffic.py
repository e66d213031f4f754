"""Users at work: each asks for lists, reads a row and writes one, over and over."""

import http.client
import json
import random
import threading
import time
from types import TracebackType
from typing import Any, Self

from local.resource import RESOURCES
from pattern.rehearsals.stack import Colour

USER = "ada"  # of the demo data
REQUESTS_A_SECOND = 25  # of all together, while nobody has to wait
RENEW_SECONDS = 300  # an access token lives ten minutes
TIMEOUT_SECONDS = 20


class Traffic:
    """`clients` threads that ask `colour`, which may change at any time; they live as long as the block."""

    def __init__(self, colour: Colour, *, clients: int, password: str) -> None:
        self.colour = colour
        self._password = password
        self._token, self._renewal = "", 0.0
        self._lock = threading.Lock()
        self._pause = clients / REQUESTS_A_SECOND
        self._end = threading.Event()
        self._threads = [threading.Thread(target=self._work, args=[number], daemon=True) for number in range(clients)]

    def __enter__(self) -> Self:
        self._log_in()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end.set()
        for thread in self._threads:
            thread.join(timeout=2 * TIMEOUT_SECONDS)

    def _work(self, number: int) -> None:
        choose = random.Random(number)  # noqa: S311  not a secret
        newest = ""
        while not self._end.wait(self._pause * choose.uniform(0.5, 1.5)):
            try:
                match choose.choices(("list", "read", "write"), (7, 2, 1))[0]:
                    case "write":
                        status, row = self._ask("POST", RESOURCES[0].path, RESOURCES[0].example)
                        newest = f"{RESOURCES[0].path}/{row['id']}" if status == 201 else newest
                    case "read" if newest:
                        self._ask("GET", newest)
                    case _:
                        self._ask("GET", f"{RESOURCES[0].path}?limit=20")
                self._log_in()
            except (OSError, http.client.HTTPException):
                continue  # what users are told counts in the service's metrics; who meets nobody tries again

    def _log_in(self) -> None:
        with self._lock:
            if time.monotonic() > self._renewal:
                status, answer = self._ask("POST", "/auth/token", {"username": USER, "password": self._password})
                if status == 200:
                    self._token, self._renewal = answer["access"], time.monotonic() + RENEW_SECONDS

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, Any]:
        connection = http.client.HTTPConnection(self.colour.url.removeprefix("http://"), timeout=TIMEOUT_SECONDS)
        headers = {"Content-Type": "application/json"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        try:
            connection.request(method, path, json.dumps(body) if body else None, headers)
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()
