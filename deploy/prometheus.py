"""Asks Prometheus the queries of monitoring/bake.json, through the API server or at an address of its own."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

from deploy.kubectl import Kubectl, KubectlError
from deploy.sending import send
from deploy.unanswered import Unanswered

TIMEOUT_SECONDS = 10


@dataclass(frozen=True)
class Judgement:
    """One SLO of the new colour over the last window: the share of bad requests (None: no requests), of how many."""

    slo: str
    means: str
    share: float | None
    threshold: float
    samples: float
    minimum_samples: int


class Prometheus:
    """`file` is monitoring/bake.json, read when it is needed: no rollback needs it. `url` replaces the API server."""

    def __init__(self, kubectl: Kubectl, file: Path, *, url: str = "") -> None:
        self._kubectl, self._file, self._url = kubectl, file, url.rstrip("/")

    @cached_property
    def _table(self) -> dict[str, Any]:
        try:
            table: dict[str, Any] = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise Unanswered(
                f"There are no queries to ask Prometheus (make monitoring writes them): {error}"
            ) from error
        return table

    @property
    def window_seconds(self) -> int:
        return int(self._table["minimum_window_seconds"])

    def must_answer(self) -> None:
        """Raise `Unanswered` unless there are queries and Prometheus answers."""
        self._table["queries"]
        self.value("vector(1)")

    def judge(self, colour: str) -> list[Judgement]:
        """Ask every query for one colour."""
        return [self._judged(query, colour) for query in self._table["queries"]]

    def value(self, query: str) -> float | None:
        """Return the number that a query gives, None for no series; raise `Unanswered`."""
        path = f"/api/v1/query?query={quote(query)}"
        text = self._ask_url(path) if self._url else self._ask_api_server(path)
        try:
            answer = json.loads(text)
            result = answer["data"]["result"]
            return float(result[0]["value"][1]) if result else None
        except (ValueError, KeyError, IndexError, TypeError) as error:
            raise Unanswered(f"Prometheus answers what is no answer: {text[:200]}") from error

    def _judged(self, query: dict[str, Any], colour: str) -> Judgement:
        def value(text: str) -> float | None:
            return self.value(text.replace("$colour", colour).replace("$window", f"{self.window_seconds}s"))

        samples = value(query["samples"]) or 0
        means = query["means"].replace("$colour", colour)
        return Judgement(
            query["slo"], means, value(query["query"]), query["threshold"], samples, query["minimum_samples"]
        )

    def _ask_api_server(self, path: str) -> str:
        at = self._table["prometheus"]
        service = f"/api/v1/namespaces/{at['namespace']}/services/http:{at['service']}:{at['port']}/proxy"
        try:
            return self._kubectl.ask(service + path, seconds=TIMEOUT_SECONDS)
        except KubectlError as error:
            raise Unanswered(f"Prometheus does not answer: {error}") from error

    def _ask_url(self, path: str) -> str:
        response = send("GET", self._url + path, {}, "")
        if response.status != 200:
            raise Unanswered(f"Prometheus at {self._url} does not answer: {response.body}")
        return response.body
