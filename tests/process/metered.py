"""A gunicorn with a metrics server, and what that server says."""

import http.client
import json
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from local import ports
from tests.process.gunicorn_process import Gunicorn
from todoproject.metrics import directory


class Metered:
    """A gunicorn, and what its metrics server says."""

    def __init__(self, serve: Callable[..., Gunicorn], **variables: str) -> None:
        self.metrics_port = ports.any_free()
        self.gunicorn: Gunicorn = serve(METRICS_PORT=str(self.metrics_port), **variables)

    def answer(self, method: str = "GET", path: str = "/metrics") -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.metrics_port, timeout=20)
        try:
            connection.request(method, path)
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()

    def scrape(self) -> dict[str, float]:
        """Return every series with its value."""
        status, text = self.answer()
        assert status == 200, text
        lines = [line for line in text.splitlines() if not line.startswith("#")]
        return {series: float(value) for series, _, value in (line.rpartition(" ") for line in lines)}

    def recovers(self) -> None:
        """Ask until it answers: visitors that have left are noticed a little later."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            with suppress(ConnectionError):
                if self.answer()[0] == 200:
                    return
        raise AssertionError("the metrics server does not answer")

    def until(self, holds: Callable[[dict[str, float]], bool], *, seconds: float = 180) -> dict[str, float]:
        """Scrape until the values are as they should be: gauges follow a request's end, and a death, a little later."""
        deadline = time.monotonic() + seconds
        while not holds(values := self.scrape()):
            assert time.monotonic() < deadline, json.dumps(values, indent=1)
            time.sleep(0.05)
        return values

    def ask_todos(self, times: int, caller: dict[str, str]) -> None:
        answers = [self.gunicorn.ask("GET", "/notices?limit=1", headers=caller).status for _ in range(times)]
        assert answers == [200] * times

    def workers(self) -> list[int]:
        """The pids of the workers that live."""
        booted = [record["message"].split() for record in self.gunicorn.records("gunicorn.error")]
        return [pid for pid in (int(words[-1]) for words in booted if words[0] == "Booting") if directory.alive(pid)]


def folder_of(gunicorn: Gunicorn) -> Path:
    return directory.parent() / f"{directory.PREFIX}{gunicorn.process.pid}"
