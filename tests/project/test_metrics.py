"""Metrics: labels come from fixed sets, buckets are dense around the objectives, and slow scrapers keep nobody out."""

import os
import random
import socket
import string
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from prometheus_client import REGISTRY

from todoproject.metrics import capacity, directory, middleware, server

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

REQUESTS = "service_http_requests_total"


def series() -> dict[str, float]:
    """Every series of this service in this process, with its value."""
    return {
        f"{sample.name}{sorted(sample.labels.items())}": sample.value
        for metric in REGISTRY.collect()
        for sample in metric.samples
        if metric.name.startswith(("service_", "django_"))
    }


def counted(client: Client, method: str, path: str, **headers: str) -> dict[str, str]:
    """Send a request; return the labels of the one counter that it raised by one."""
    before = series()
    client.generic(method, path, headers=headers)
    raised = [
        sample.labels
        for metric in REGISTRY.collect()
        for sample in metric.samples
        if sample.name == REQUESTS
        and sample.value - before.get(f"{sample.name}{sorted(sample.labels.items())}", 0) == 1
    ]
    assert len(raised) == 1
    return raised[0]


@pytest.mark.parametrize(
    ("method", "path", "labels"),
    [
        ("GET", "/", ("/", "GET", "302")),
        ("GET", "/notices/", ("/notices", "GET", "401")),
        ("PATCH", "/notices/17", ("/notices/<notice_id>", "PATCH", "401")),
        ("POST", "/auth/token", ("/auth/token", "POST", "400")),
        ("BREW", "/notices", ("/notices", "OTHER", "401")),
        ("GET", "/no/such/path", ("unrouted", "GET", "404")),
        ("GET", "/notices/17/secret", ("unrouted", "GET", "404")),
        ("GET", "/static/nothing.css", ("/static", "GET", "404")),
        ("GET", "/admin/secret", ("/admin/<url>", "GET", "302")),
    ],
)
@pytest.mark.django_db
def test_a_request_is_counted_once_by_route_method_and_status(
    client: Client, method: str, path: str, labels: tuple[str, str, str]
) -> None:
    names = ("route", "method", "status", "traffic")
    assert counted(client, method, path) == dict(zip(names, (*labels, "users"), strict=True))


@pytest.mark.parametrize(
    ("headers", "status", "traffic"),
    [({"Content-Length": "9999999"}, "413", "limited"), ({"Host": "evil.example"}, "400", "users")],
)
def test_a_request_that_reaches_no_view_has_one_route(
    client: Client, headers: dict[str, str], status: str, traffic: str
) -> None:
    labels = {"route": "unrouted", "method": "POST", "status": status, "traffic": traffic}
    assert counted(client, "POST", "/notices/17", **headers) == labels


@pytest.mark.parametrize(("value", "traffic"), [("1", "synthetic"), ("0", "users"), ("", "users"), ("2", "users")])
def test_synthetic_traffic_is_told_from_the_users_by_its_header_alone(client: Client, value: str, traffic: str) -> None:
    assert counted(client, "GET", "/no/such/path", **{"X-Synthetic": value})["traffic"] == traffic


@pytest.mark.parametrize("status", [408, 413, 422, 429])
@pytest.mark.parametrize("value", ["0", "1"])
def test_errors_that_one_client_causes_alone_count_as_limited(status: int, value: str) -> None:
    before = series()
    request = RequestFactory().get("/", headers={"X-Synthetic": value})
    middleware.MetricsMiddleware(lambda _: HttpResponse(status=status))(request)
    raised = {name for name, number in series().items() if number != before.get(name, 0) and "in_flight" not in name}
    assert raised
    assert all("('traffic', 'limited')" in name for name in raised)


@pytest.mark.parametrize("status", ["500", "503"])
@pytest.mark.django_db
def test_failures_of_a_route_are_at_zero_from_its_first_request_on(client: Client, status: str) -> None:
    middleware.series.cache_clear()
    middleware.requests.clear()
    client.get("/notices")
    labels = {"route": "/notices", "method": "GET", "status": status, "traffic": "users"}
    assert REGISTRY.get_sample_value(REQUESTS, labels) == 0


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
@pytest.mark.django_db
def test_health_checks_raise_nothing(client: Client, path: str) -> None:
    before = series()
    assert client.get(path).status_code == 200
    assert {
        name for name, value in series().items() if name.startswith(REQUESTS) and before.get(name) != value
    } == set()


def words(generator: random.Random) -> Iterator[str]:
    while True:
        yield "".join(generator.choices(string.ascii_letters + string.digits + "-._~!$&'()*+,;=:@%é\"\\{}<>", k=12))


@pytest.mark.slow
@pytest.mark.django_db
def test_hundreds_of_hostile_requests_make_no_new_series() -> None:
    client = Client(raise_request_exception=False)
    generator = random.Random(1)  # noqa: S311  the same words in each run
    word = words(generator)

    def attack() -> None:
        for path in ("/{}", "/notices/{}", "/notices?{}", "/admin/{}/", "/static/{}", "/docs/errors/{}"):
            client.generic("GET", path.format(next(word)), headers={"User-Agent": next(word)})
        client.generic(next(word).upper(), "/notices")
        client.generic(
            "GET", f"/notices/{generator.randrange(10**18)}", headers={"Authorization": f"Bearer {next(word)}"}
        )
        client.generic("GET", "/notices", headers={"Host": next(word)})
        client.generic("GET", "/notices", headers={"X-Request-ID": next(word), "Origin": f"https://{next(word)}"})

    for _ in range(10):  # some words are refused in another way than others
        attack()
    before = series()
    for _ in range(50):
        attack()
    after = series()
    assert after.keys() == before.keys()
    assert sum(after[name] - before[name] for name in after if name.startswith(REQUESTS)) == 500


def test_buckets_are_dense_around_30_and_300_milliseconds() -> None:
    for promised in (0.03, 0.3):
        place = middleware.SECONDS.index(promised)
        lower, upper = middleware.SECONDS[place - 1], middleware.SECONDS[place + 1]
        assert lower >= promised / 1.5 - 1e-9
        assert upper <= promised * 5 / 3 + 1e-9


def test_the_time_of_an_answer_falls_into_its_bucket(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([100.0, 100.25])
    monkeypatch.setattr("todoproject.metrics.middleware.time.perf_counter", lambda: next(clock))
    request = RequestFactory().get("/never-routed")
    before = series()
    middleware.MetricsMiddleware(lambda _request: HttpResponse())(request)
    after = series()
    name = "service_http_request_duration_seconds_bucket"

    def grown(bound: str) -> float:
        key = f"{name}{sorted({'route': 'unrouted', 'method': 'GET', 'traffic': 'users', 'le': bound}.items())}"
        return after[key] - before.get(key, 0)

    assert [grown(bound) for bound in ("0.2", "0.3", "+Inf")] == [0, 1, 1]


def test_a_request_that_ends_in_an_exception_is_not_in_flight_for_ever() -> None:
    def broken(_request: HttpRequest) -> HttpResponse:
        raise SystemExit

    with pytest.raises(SystemExit):
        middleware.MetricsMiddleware(broken)(RequestFactory().get("/"))
    assert REGISTRY.get_sample_value("service_http_requests_in_flight") == 0


@pytest.mark.django_db
def test_django_prometheus_counts_statements_and_times_them() -> None:
    def executed() -> float:
        return REGISTRY.get_sample_value("django_db_execute_total", {"alias": "default", "vendor": "postgresql"}) or 0

    before = executed()
    with CaptureQueriesContext(connection) as captured, connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    assert executed() - before == len(captured) == 1
    bucket = {"alias": "default", "vendor": "postgresql", "le": "0.002"}
    assert REGISTRY.get_sample_value("django_db_query_duration_seconds_bucket", bucket) is not None


def test_no_gauge_names_a_process() -> None:
    for gauge in (capacity.connections, capacity.in_use, capacity.waiting, capacity.threads, middleware.in_flight):
        assert gauge._multiprocess_mode == "livesum"


# ── The server alone, with a shorter patience ─────────────────────────────────────────────────────────────────────────
PATIENCE = 0.5


def scraped(_environ: "WSGIEnvironment", start_response: "StartResponse") -> list[bytes]:
    """Answer instead of the metrics, which need a folder from before the first import."""
    start_response("200 OK", [])
    return [b"scraped"]


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    monkeypatch.setattr(server, "SECONDS_TO_SEND_A_REQUEST", PATIENCE)
    with server.MetricsServer("127.0.0.1", 0, scraped) as metrics:
        thread = threading.Thread(target=metrics.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield metrics.server_address[1]
        metrics.shutdown()
        thread.join(timeout=10)


def scrape(port: int) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        received = b""
        with suppress(ConnectionResetError, BrokenPipeError):
            connection.sendall(b"GET /metrics HTTP/1.1\r\n\r\n")
            while data := connection.recv(1024):
                received += data
        return received


def test_a_client_that_sends_slowly_keeps_its_place_no_longer_than_a_silent_one(port: int) -> None:
    with ExitStack() as stack:
        trickling = [
            stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=5))
            for _ in range(server.MOST_CONNECTIONS)
        ]
        for _ in range(40):
            time.sleep(PATIENCE / 3)
            for connection in trickling:
                with suppress(OSError):
                    connection.sendall(b"G")
            if scrape(port).endswith(b"scraped"):
                return
    pytest.fail("nobody can scrape")


def test_only_folders_of_dead_masters_are_removed_and_one_that_resists_stops_no_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another user's folder cannot be removed, and another master that starts now may be faster."""
    monkeypatch.setattr(directory, "parent", lambda: tmp_path)
    dead, alive, resists = (tmp_path / f"{directory.PREFIX}{pid}" for pid in (99_999_998, os.getppid(), 99_999_999))
    dead.mkdir()
    alive.mkdir()
    resists.touch()  # no folder: rmtree fails
    directory.remove_left_over()
    assert sorted(tmp_path.iterdir()) == sorted([alive, resists])
