"""What one client can do to a pod with prod's settings: other users are served, and nothing is killed."""

import http.client
import json
import os
import resource
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from local.at_work import at_work
from tests.patience import patient
from tests.process.conftest import PROD, Serve, Stage
from tests.process.gunicorn_process import Gunicorn, Metered, connected, slow_reader
from tests.quota import NoQuotaError, quota
from todoproject.server.limits import OTHER_DESCRIPTORS

pytestmark = pytest.mark.slow

DESCRIPTORS = 512
CONNECTIONS = DESCRIPTORS - OTHER_DESCRIPTORS
POD_BYTES = 256 * 1024 * 1024
MARGIN_BYTES = 30 * 1024 * 1024
HEALTH = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"


@contextmanager
def descriptors(most: int) -> Iterator[None]:
    """Processes that start within the block may have so many open files."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.fixture(scope="module")
def metered(serve_module: Serve) -> Iterator[Metered]:
    """One pod for all tests here, with a pod's memory, where the kernel can give that."""
    with ExitStack() as stack:
        with descriptors(DESCRIPTORS):
            metered = Metered(serve_module, **PROD)
        with suppress(NoQuotaError):
            pod = stack.enter_context(quota(os.cpu_count() or 1, POD_BYTES >> 20))
            pod.take(metered.gunicorn.process.pid)
            stack.callback(metered.gunicorn.kill)  # before the group goes
        yield metered


@pytest.fixture
def long_notices(stage: Stage) -> Iterator[None]:
    """Two hundred rows whose texts are as long as they may be; gone after the test, since other tests list them too."""
    with stage.server.connect("service") as superuser:
        superuser.execute(
            "INSERT INTO conformance_notice (text, details, created_at, updated_at, version) "
            "SELECT repeat('\U0001f600', 200), repeat('\U0001f600', 10000), now(), now(), 1 "
            "FROM generate_series(1, 200)"
        )
        yield
        superuser.execute("DELETE FROM conformance_notice WHERE length(details) = 10000")


@pytest.fixture
def pod(metered: Metered) -> Iterator[Gunicorn]:
    """It lives before and after each test, by the same worker, and says nothing of an error."""
    yield metered.gunicorn
    records = metered.gunicorn.records()
    assert len([record for record in records if record["message"].startswith("Booting")]) == 1
    assert [record for record in records if record["level"] in {"ERROR", "CRITICAL"}] == []
    assert metered.gunicorn.ask("GET", "/healthz").status == 200


class Kept:
    """A load balancer's connection: it goes on for as long as no answer says that it ends."""

    def __init__(self, pod: Gunicorn, stack: ExitStack) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", pod.port, timeout=10)
        stack.callback(self.connection.close)
        self.connection.connect()
        self.connection.auto_open = 0  # http.client would open another one without a word

    def ask(self, caller: dict[str, str]) -> int:
        self.connection.request("GET", "/notices?limit=1", headers=caller)
        with self.connection.getresponse() as answer:
            answer.read()
            return answer.status


def slowest_of(pod: Gunicorn, caller: dict[str, str], seconds: float) -> float:
    """Ask for lists for some time, each of which must be answered; return how long the slowest took."""
    slowest, began = 0.0, time.monotonic()
    while time.monotonic() - began < seconds:
        asked = time.monotonic()
        assert pod.ask("GET", "/notices?limit=1", headers=caller).status == 200
        slowest = max(slowest, time.monotonic() - asked)
        time.sleep(0.05)
    return slowest


def test_connections_that_say_nothing_or_half_of_it_are_closed_for_those_that_come_and_kept_ones_stay(
    pod: Gunicorn, stack: ExitStack, caller: dict[str, str]
) -> None:
    kept = Kept(pod, stack)
    assert kept.ask(caller) == 200
    for beginning in (b"", HEALTH[:-2]):
        crowd = [connected(pod, stack, beginning) for _ in range(2 * CONNECTIONS)]
        assert slowest_of(pod, caller, 1) < patient(1)
        assert crowd[0].recv(65536) == b""
        assert kept.ask(caller) == 200


def test_connections_that_were_answered_and_stay_leave_room_for_others(
    pod: Gunicorn, stack: ExitStack, caller: dict[str, str]
) -> None:
    kept = Kept(pod, stack)
    assert kept.ask(caller) == 200
    words = []
    for _ in range(2 * CONNECTIONS):
        words.append(connected(pod, stack, HEALTH).recv(65536))
    assert {word.partition(b"\r\n")[0] for word in words} == {b"HTTP/1.1 200 OK"}
    assert b"Connection: keep-alive" in words[0]
    assert b"Connection: close" in words[-1]
    assert slowest_of(pod, caller, 1) < patient(1)
    assert kept.ask(caller) == 200


def test_a_flood_of_health_checks_does_not_push_users_out(
    pod: Gunicorn, stack: ExitStack, caller: dict[str, str]
) -> None:
    checks = []

    def flood(ended: threading.Event) -> None:
        connection = connected(pod, stack)
        while not ended.is_set():
            connection.sendall(HEALTH.replace(b"healthz", b"readyz?deep=1"))
            checks.append(connection.recv(65536)[9:12])

    with at_work([flood] * 80, seconds_to_end=10):
        assert slowest_of(pod, caller, 2) < patient(1)
    assert len(checks) > 80
    assert set(checks) == {b"200"}


def test_a_user_with_a_hundred_connections_does_not_push_others_out(
    pod: Gunicorn, stack: ExitStack, caller: dict[str, str], stage: Stage
) -> None:
    token = stage.token("crowd").encode()
    request = b"GET /notices?limit=20 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + token + b"\r\n\r\n"
    statuses = Counter[bytes]()

    def flood(ended: threading.Event) -> None:
        while not ended.is_set():
            with suppress(OSError), connected(pod, stack) as connection:
                while not ended.is_set():
                    connection.sendall(request)
                    answer = connection.recv(65536)
                    statuses[answer[9:12]] += 1
                    if b"onnection: close" in answer:
                        break

    with at_work([flood] * 100, seconds_to_end=10):
        assert slowest_of(pod, caller, 3) < patient(1)
    assert statuses[b"200"] > 0
    assert statuses[b"429"] > 0


@pytest.mark.usefixtures("long_notices")
def test_fifty_clients_that_read_large_pages_byte_by_byte_take_no_thread(
    pod: Gunicorn, stack: ExitStack, caller: dict[str, str]
) -> None:
    script = pod.ask("GET", "/docs").body.decode().partition('src="')[2].partition('"')[0]
    request = large_page(caller) + large_page(caller, script) * 2
    readers = [slow_reader(pod, stack, request) for _ in range(50)]

    def read(ended: threading.Event) -> None:
        while not ended.wait(1):
            for reader in readers:
                with suppress(OSError):
                    reader.recv(1)

    assert {reader.recv(1) for reader in readers} == {b"H"}  # each is being answered
    with at_work([read], seconds_to_end=10):
        assert slowest_of(pod, caller, 3) < patient(1)


def large_page(caller: dict[str, str], path: str = "/notices?limit=200") -> bytes:
    """A request whose answer is larger than what the kernel keeps."""
    head = "".join(f"{name}: {value}\r\n" for name, value in caller.items())
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{head}\r\n".encode()


def peak_bytes(metered: Metered) -> int:
    """The most memory that the worker has had, and what the master has of its own beside what they share."""
    master, worker = metered.gunicorn.process.pid, *metered.gunicorn.workers()
    peak = Path(f"/proc/{worker}/status").read_text().partition("VmHWM:")[2]
    own = Path(f"/proc/{master}/smaps_rollup").read_text().partition("Private_Dirty:")[2]
    return (int(peak.split()[0]) + int(own.split()[0])) * 1024


@pytest.mark.usefixtures("long_notices")
def test_no_mix_of_bodies_and_pages_needs_more_memory_than_a_pod_has(
    metered: Metered, pod: Gunicorn, stack: ExitStack, caller: dict[str, str]
) -> None:
    large = json.dumps({"text": "x", "more": "y" * 16_000}).encode()
    objects = b'{"refresh": "x", "a": [' + b"{}," * 1_300 + b"{}]}"
    head = b"POST /admin/login/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 262144\r\n\r\n"
    slow = [connected(pod, stack, head + b"x" * 120_000) for _ in range(CONNECTIONS)]  # 48 MB
    refused = slow[0].recv(65536)
    assert refused.startswith(b"HTTP/1.1 408 ")

    answered: list[int] = []

    def crowd(method: str, path: str, body: bytes | None) -> None:
        answered.extend(pod.ask(method, path, body, caller, timeout=60).status for _ in range(10))

    requests: list[tuple[str, str, bytes | None]] = [
        ("POST", "/auth/token/refresh", objects),
        ("POST", "/notices", large),
        ("GET", "/notices?limit=200", None),
    ]
    threads = [threading.Thread(target=crowd, args=request, daemon=True) for request in requests * 4]
    for thread in threads:
        thread.start()
    readers = [slow_reader(pod, stack, large_page(caller) * 2) for _ in range(30)]
    for thread in threads:
        thread.join(60)
    assert all(reader.recv(1) for reader in readers)
    assert len(answered) == 10 * len(threads)
    assert set(answered) <= {200, 201, 400, 413, 503}
    assert peak_bytes(metered) < POD_BYTES - MARGIN_BYTES
