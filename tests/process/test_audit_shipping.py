"""The trail reaches CloudWatch Logs from every worker, and a CloudWatch that is slow or away costs no request anything.

Against moto's CloudWatch Logs, which knows groups, streams and events. It cannot prove: that the role may do what it
must and no more (moto asks no IAM policy), what real throttling, quotas and latencies do (the retry is the same for
every error), TLS and VPC endpoints, credentials by IRSA, and when an event is searchable.
"""

import http.client
import json
import os
import signal
import statistics
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.patience import patient
from tests.process.cloudwatch import CloudWatch, cloudwatch_logs
from tests.service import Service, running

pytestmark = pytest.mark.slow

HEADERS = {"Content-Type": "application/json", "Connection": "close"}


@pytest.fixture(scope="module")
def cloudwatch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CloudWatch]:
    with cloudwatch_logs(tmp_path_factory.mktemp("moto")) as cloudwatch:
        yield cloudwatch


@contextmanager
def shipping_service(environment: dict[str, str], cloudwatch: CloudWatch, folder: Path) -> Generator[Service]:
    variables = {**environment, **cloudwatch.environment, "WEB_WORKERS": "2", "DRAIN_SECONDS": "0"}
    with running(variables, folder / "log") as service:
        yield service


class Writer:
    """A caller of a service; each write is a request on a connection of its own, so that workers take turns."""

    def __init__(self, service: Service, token: str) -> None:
        self.headers = {**HEADERS, "Authorization": f"Bearer {token}"}
        self.address = service.url.removeprefix("http://")
        self.written: set[str] = set()

    def write(self, number: int = 1) -> list[float]:
        """Create todos; return how many seconds each answer took. Their ids, as the trail has them, are `written`."""
        return [self._write() for _ in range(number)]

    def _write(self) -> float:
        connection = http.client.HTTPConnection(self.address, timeout=20)
        started = time.perf_counter()
        connection.request("POST", "/notices", b'{"text": "Secret plan"}', self.headers)
        response = connection.getresponse()
        response.read()
        took = time.perf_counter() - started
        connection.close()
        assert response.status == 201
        self.written.add(response.headers["Location"].rpartition("/")[2])
        return took


@pytest.fixture
def token(service: Service) -> str:
    """Good for every service here: they share database and keys."""
    return service.token("auditor")


def logged(log: Path) -> list[dict[str, Any]]:
    """Return the lines of a log so far, each of which must be JSON; the last one may still be on its way."""
    text = log.read_text()
    return [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]


def trail(service: Service) -> list[dict[str, Any]]:
    return [entry for entry in logged(service.log) if entry["logger"] == "audit"]


def complaints(service: Service) -> list[dict[str, Any]]:
    return [entry for entry in logged(service.log) if entry["logger"] == "todoproject.audit.shipping"]


def await_complaint(service: Service) -> None:
    deadline = time.monotonic() + 120
    while not complaints(service):
        assert time.monotonic() < deadline, "no failed attempt was logged"
        time.sleep(0.1)


def assert_as_fast(one: Writer, other: Writer) -> None:
    """Compare the medians of requests that take turns, so that a busy machine slows both."""
    pairs = [(one.write()[0], other.write()[0]) for _ in range(30)]
    shipping, not_shipping = (statistics.median(seconds) for seconds in zip(*pairs, strict=True))
    assert shipping < 2 * not_shipping + 0.01, f"{shipping:.4f} s, {not_shipping:.4f} s without shipping"


def stop(service: Service) -> float:
    """Send SIGTERM; return how many seconds the end took, which must be a clean one."""
    started = time.monotonic()
    os.kill(service.pid, signal.SIGTERM)
    assert service.process.wait(timeout=60) == 0
    return time.monotonic() - started


def threads(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/task").iterdir()))


def test_every_worker_ships_what_stdout_has_even_after_an_outage_and_at_the_end(
    service_environment: dict[str, str], cloudwatch: CloudWatch, service: Service, tmp_path: Path, token: str
) -> None:
    connections = cloudwatch.gate.connections
    with shipping_service(service_environment, cloudwatch, tmp_path) as shipping:
        assert cloudwatch.gate.connections == connections, "something connects before the first record"
        assert threads(shipping.pid) == threads(service.pid), "the master has a thread that another one has not"
        writer = Writer(shipping, token)
        streams, deadline = set(cloudwatch.lines()), time.monotonic() + 120
        while len(set(cloudwatch.lines()) - streams) < 2:
            assert time.monotonic() < deadline, f"one worker alone has written: {list(cloudwatch.lines())}"
            writer.write(5)

        before = set(writer.written)
        cloudwatch.gate.close()
        try:
            writer.write(10)
            await_complaint(shipping)
            assert_as_fast(writer, Writer(service, token))
            assert not (writer.written - before) & cloudwatch.targets()
        finally:
            cloudwatch.gate.open()
        cloudwatch.await_targets(writer.written)
        assert {entry["level"] for entry in complaints(shipping)} == {"WARNING"}

        complained = len(complaints(shipping))
        writer.write(10)
        assert stop(shipping) < patient(15)
        assert len(complaints(shipping)) == complained
    lines = [line for stream in cloudwatch.lines().values() for line in stream]
    shipped = [line for line in lines if line.get("target") in writer.written]  # others have other tests' services
    logged_here = [entry for entry in trail(shipping) if entry.get("target") in writer.written]
    assert {line["target"] for line in shipped} == writer.written
    assert sorted(shipped, key=repr) == sorted(logged_here, key=repr)
    assert "Secret plan" not in repr(shipped)
    for line in shipped:
        assert (line["action"], line["address"], len(line["request_id"])) == ("notice.created", "127.0.0.1", 32)


def test_a_cloudwatch_that_never_answers_slows_no_request_and_delays_the_end_by_some_seconds(
    service_environment: dict[str, str], cloudwatch: CloudWatch, service: Service, tmp_path: Path, token: str
) -> None:
    with shipping_service(service_environment, cloudwatch, tmp_path) as waiting:
        writer = Writer(waiting, token)
        cloudwatch.gate.silence()
        try:
            writer.write(10)
            assert_as_fast(writer, Writer(service, token))
            assert stop(waiting) < patient(20)
        finally:
            cloudwatch.gate.open()
        assert writer.written == {entry["target"] for entry in trail(waiting)}
        assert sum(entry.get("dropped", 0) for entry in complaints(waiting)) == len(writer.written)
