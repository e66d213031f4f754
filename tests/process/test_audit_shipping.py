"""The trail reaches CloudWatch Logs from every worker, and a CloudWatch that is slow or away costs no request anything.

Against moto's CloudWatch Logs, which knows groups, streams and events. It cannot prove: that the role may do what it
must and no more (moto asks no IAM policy), what real throttling, quotas and latencies do (the retry is the same for
every error), TLS and VPC endpoints, credentials by IRSA, and when an event is searchable.
"""

import signal
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.patience import patient
from tests.process.cloudwatch import CloudWatch, cloudwatch_logs
from tests.process.conftest import Serve
from tests.process.gunicorn_process import Gunicorn

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def cloudwatch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CloudWatch]:
    with cloudwatch_logs(tmp_path_factory.mktemp("moto")) as cloudwatch:
        yield cloudwatch


@pytest.fixture(scope="module")
def other(serve_module: Serve) -> Gunicorn:
    """A service that ships nothing, to compare with."""
    return serve_module(WEB_WORKERS="2")


@pytest.fixture
def shipping(serve: Serve, cloudwatch: CloudWatch) -> Gunicorn:
    connections = cloudwatch.gate.connections
    shipping = serve(WEB_WORKERS="2", **cloudwatch.environment)
    assert cloudwatch.gate.connections == connections, "something connects before the first record"
    return shipping


class Writer:
    """A caller of a service; each write is a request on a connection of its own, so that workers take turns."""

    def __init__(self, service: Gunicorn, caller: dict[str, str]) -> None:
        self.service, self.caller = service, caller
        self.written: set[str] = set()

    def write(self, number: int = 1) -> list[float]:
        """Create rows; return how many seconds each answer took. Their ids, as the trail has them, are `written`."""
        return [self._write() for _ in range(number)]

    def _write(self) -> float:
        started = time.perf_counter()
        answer = self.service.ask("POST", "/notices", b'{"text": "Secret plan"}', self.caller)
        took = time.perf_counter() - started
        assert answer.status == 201
        self.written.add(answer.headers["Location"].rpartition("/")[2])
        return took


def complaints(service: Gunicorn) -> list[dict[str, Any]]:
    return service.records("todoproject.audit.shipping")


def assert_as_fast(one: Writer, other: Writer) -> None:
    """Compare the medians of requests that take turns, so that a busy machine slows both."""
    pairs = [(one.write()[0], other.write()[0]) for _ in range(30)]
    shipping, not_shipping = (statistics.median(seconds) for seconds in zip(*pairs, strict=True))
    assert shipping < 2 * not_shipping + 0.01, f"{shipping:.4f} s, {not_shipping:.4f} s without shipping"


def stop(service: Gunicorn) -> float:
    """Send SIGTERM; return how many seconds the end took, which must be a clean one."""
    started = time.monotonic()
    service.send(signal.SIGTERM)
    assert service.process.wait(timeout=60) == 0
    return time.monotonic() - started


def threads(service: Gunicorn) -> int:
    return len(list(Path(f"/proc/{service.process.pid}/task").iterdir()))


def test_every_worker_ships_what_stdout_has_even_after_an_outage_and_at_the_end(
    shipping: Gunicorn, cloudwatch: CloudWatch, other: Gunicorn, caller: dict[str, str]
) -> None:
    assert threads(shipping) == threads(other), "the master has a thread that another one has not"
    writer = Writer(shipping, caller)
    streams, deadline = set(cloudwatch.lines()), time.monotonic() + 120
    while len(set(cloudwatch.lines()) - streams) < 2:
        assert time.monotonic() < deadline, f"one worker alone has written: {list(cloudwatch.lines())}"
        writer.write(5)

    before = set(writer.written)
    cloudwatch.gate.close()
    try:
        writer.write(10)
        while not complaints(shipping):
            assert time.monotonic() < deadline, "no failed attempt was logged"
            time.sleep(0.1)
        assert_as_fast(writer, Writer(other, caller))
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
    logged_here = [entry for entry in shipping.records("audit") if entry.get("target") in writer.written]
    assert {line["target"] for line in shipped} == writer.written
    assert sorted(shipped, key=repr) == sorted(logged_here, key=repr)
    assert "Secret plan" not in repr(shipped)
    for line in shipped:
        assert (line["action"], line["address"], len(line["request_id"])) == ("notice.created", "127.0.0.1", 32)


def test_a_cloudwatch_that_never_answers_slows_no_request_and_delays_the_end_by_some_seconds(
    shipping: Gunicorn, cloudwatch: CloudWatch, other: Gunicorn, caller: dict[str, str]
) -> None:
    writer = Writer(shipping, caller)
    cloudwatch.gate.silence()
    try:
        writer.write(10)
        assert_as_fast(writer, Writer(other, caller))
        assert stop(shipping) < patient(20)
    finally:
        cloudwatch.gate.open()
    assert writer.written == {entry["target"] for entry in shipping.records("audit")}
    assert sum(entry.get("dropped", 0) for entry in complaints(shipping)) == len(writer.written)
