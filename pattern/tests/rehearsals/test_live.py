"""A real Prometheus with our rules scrapes the real service, two colours of two workers each, while users are at work.

What needs a cluster is named below, and with what; everything else must have data.
"""

import http.client
import json
import math
import re
import shutil
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest

from local.interruption import Interruption
from monitoring.generate.files import rule_files
from pattern.rehearsals.incident import FACTOR, stage
from pattern.rehearsals.panels import local_query, panels
from pattern.rehearsals.prometheus import Prometheus, Series
from pattern.rehearsals.stack import EXPORTER, Colour, Stack
from pattern.rehearsals.traffic import Traffic
from tests.monitoring.tools import MONITORING, needed

pytestmark = [pytest.mark.ci, pytest.mark.timeout(600)]

DASHBOARDS = ("service", "slo", "database", "platform", "operations")
# Whose metrics a query needs beside the service's own, by their prefix.
ELSEWHERE = {"kube_": "kube-state-metrics in a cluster", "node_": "node-exporter on a cluster's nodes"}
if not shutil.which(EXPORTER):
    ELSEWHERE["pg_"] = f"{EXPORTER} on this machine"
# The panels that need the exporter.
DATABASE = {"Connections by state", "Locks", "Cache hit", "Longest transaction"}
# The panels that nothing without a cluster can show to work, all of Todo: Platform.
NOT_HERE = {
    "Available pods",
    "Autoscaler",
    "Restarts",
    "CPU of what is requested",
    "CPU of nodes",
    "Memory of nodes",
    "Disk of nodes",
}
# The audit trail is to be shipped, and nobody takes it.
NO_CLOUDWATCH = {
    "AUDIT_LOG_GROUP": "/todo/local/audit",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "eu-central-1",
}
METRIC = re.compile(r"\b(?:service_|django_|process_|pg_|kube_|node_|slo:)[\w:]+")


@dataclass
class Live:
    stack: Stack
    prometheus: Prometheus
    started: float
    blue: Colour
    green: Colour
    token: str

    def ask(self, colour: Colour, method: str, path: str, body: Any = None, **headers: str) -> int:
        connection = http.client.HTTPConnection(colour.url.removeprefix("http://"), timeout=20)
        try:
            all_headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}", **headers}
            connection.request(method, path, json.dumps(body) if body else None, all_headers)
            response = connection.getresponse()
            answer = response.read()
            if path == "/auth/token" and response.status == 200:
                self.token = json.loads(answer)["access"]
            return response.status
        finally:
            connection.close()

    def log_in(self) -> int:
        return self.ask(self.blue, "POST", "/auth/token", {"username": "ada", "password": self.stack.password})

    def log_in_until_refused(self) -> None:
        """Use up the ten logins of a minute, by attempts that cost no hash; a minute may end in between."""
        statuses: set[int] = set()
        for _ in range(30):
            statuses.add(status := self.ask(self.blue, "POST", "/auth/token", {"username": "ada"}))
            if status == 429:
                return
        raise AssertionError(f"30 attempts to log in were never refused: {statuses}")

    def data(self, query: str, *, at_most: float = math.inf, **variables: str) -> list[Series]:
        """What a query finds, asked again for a minute while that is nothing or more than `at_most`.

        On a machine that stands still for a moment a scrape takes too long, and so do requests.
        """
        deadline = time.monotonic() + 60
        while True:
            found = self.prometheus.query(local_query(query, factor=FACTOR, **variables))
            if any(series.value <= at_most for series in found) or time.monotonic() > deadline:
                return found
            time.sleep(0.2)

    def requests(self) -> Counter[tuple[str, ...]]:
        """What Prometheus has counted, once what has been asked until now is scraped."""
        labels = ("colour", "route", "method", "status", "traffic")
        scraped = f'up{{job="service"}} == 1 and timestamp(up{{job="service"}}) > {time.time():.3f}'
        found = self.prometheus.await_data(
            f"sum by ({', '.join(labels)}) (service_http_requests_total) and on () count({scraped}) == 2"
        )
        return Counter({tuple(series.labels[label] for label in labels): int(series.value) for series in found})


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    needed("prometheus")
    started = time.time()
    with stage(tmp_path_factory.mktemp("live"), Interruption()) as (stack, prometheus):
        green = stack.release("green", FAULTS="errors", **NO_CLOUDWATCH)
        prometheus.scrape(stack.targets)
        prometheus.await_data('up{colour="green"} == 1')
        blue = stack.colours[0]
        live = Live(stack, prometheus, started, blue, green, "")
        assert live.log_in() == 200
        yield live


@pytest.fixture(scope="class")  # the test that counts every request runs before or after, in any order
def busy(live: Live) -> Iterator[Live]:
    """Users at work on both colours, one without a token, one who logs in too often; and a moment without a database,
    a broken secret, nobody who takes the audit trail.
    """
    with ExitStack() as stack:
        for colour in (live.blue, live.green):
            stack.enter_context(Traffic(colour, clients=3, password=live.stack.password))
        assert live.ask(live.blue, "GET", "/todos", Authorization="Bearer nonsense") == 401
        live.log_in_until_refused()
        live.stack.server.stop()
        live.prometheus.await_data("django_db_new_connection_errors_total")
        live.stack.server.start()
        ring = live.stack.state.secrets / "jwt_signing_keys"
        good = ring.read_text()
        ring.write_text("broken")
        live.prometheus.await_data("service_secret_failed_looks_total")
        ring.write_text(good)
        time.sleep(5)  # a window of five minutes, sixty times as fast
        yield live


def drawn() -> list[tuple[str, str, str]]:
    """Title, query and legend of everything that the dashboards draw."""
    return [(panel.title, *line) for name in DASHBOARDS for panel in panels(name) for line in panel.lines]


def needs_elsewhere(query: str) -> bool:
    return any(metric.startswith(tuple(ELSEWHERE)) for metric in METRIC.findall(query))


def assert_labelled(found: list[Series], labels: set[str], query: str) -> None:
    assert found, query
    assert any(not math.isnan(series.value) for series in found), query
    for series in found:
        assert labels <= series.labels.keys(), (query, series.labels)
        assert series.labels.get("environment", "local") == "local"
        assert series.labels.get("colour", "blue") in {"blue", "green"}


def test_a_known_number_of_requests_is_exactly_that_number_by_colour_route_status_and_traffic(live: Live) -> None:
    before = live.requests()
    asked = {
        (live.blue, "GET", "/todos", "/todos", "users"): (40, 200),
        (live.blue, "GET", "/todos/999999999", "/todos/<todo_id>", "users"): (5, 404),
        (live.blue, "POST", "/todos", "/todos", "users"): (7, 201),
        (live.blue, "GET", "/todos", "/todos", "synthetic"): (9, 200),
        (live.green, "GET", "/todos", "/todos", "users"): (13, 500),
        (live.green, "POST", "/todos", "/todos", "users"): (3, 500),
    }
    for (colour, method, path, _, traffic), (times, status) in asked.items():
        body = {"title": "counted"} if method == "POST" else None
        headers = {"X-Synthetic": "1"} if traffic == "synthetic" else {}
        assert [live.ask(colour, method, path, body, **headers) for _ in range(times)] == [status] * times
    assert live.requests() - before == {
        (colour.name, route, method, str(status), traffic): times
        for (colour, method, _, route, traffic), (times, status) in asked.items()
    }


def rules_of(group: Mapping[str, object]) -> list[dict[str, object]]:
    rules = group["rules"]
    assert isinstance(rules, list)
    return rules


class TestWithUsersAtWork:
    def test_every_query_of_a_dashboard_has_data_with_the_labels_of_its_legend(self, busy: Live) -> None:
        absent = {title for title, query, _ in drawn() if needs_elsewhere(query)}
        assert absent == NOT_HERE | (DATABASE if "pg_" in ELSEWHERE else set())
        for _, query, legend in drawn():
            if not needs_elsewhere(query):
                assert_labelled(busy.data(query), set(re.findall(r"{{(\w+)}}", legend)), query)

    def test_every_recording_rule_has_data_of_both_promises(self, busy: Live) -> None:
        recorded = {
            str(rule["record"]) for group in rule_files()["slo"] for rule in rules_of(group) if "record" in rule
        }
        assert recorded
        for name in recorded:
            found = busy.data(name)
            assert_labelled(found, {"environment", "slo"}, name)
            assert {series.labels["slo"] for series in found} == {"availability", "latency"}
        assert busy.prometheus.unhealthy_rules() == []

    def test_every_metric_that_an_alert_asks_for_exists(self, busy: Live) -> None:
        queries = [
            str(rule["expr"]) for groups in rule_files().values() for group in groups for rule in rules_of(group)
        ]
        named = {metric for query in queries for metric in METRIC.findall(query)}
        here = {name for name in named if not name.startswith(tuple(ELSEWHERE))}
        assert {name for name in here if not busy.data(f"count({name})")} == set()

    def test_the_queries_by_which_a_release_is_judged_have_data_of_each_colour(self, busy: Live) -> None:
        for judged in json.loads((MONITORING / "bake.json").read_text())["queries"]:
            (good,) = busy.data(judged["query"], at_most=judged["threshold"], colour="blue", window="5m")
            assert good.value <= judged["threshold"]
            (bad,) = busy.data(judged["query"], colour="green", window="5m")
            if judged["slo"] == "availability":
                assert bad.value == pytest.approx(1)

    def test_a_deploy_is_marked_on_the_dashboards(self, busy: Live) -> None:
        (marks,) = {
            annotation["expr"]
            for name in DASHBOARDS
            for annotation in json.loads((MONITORING / "dashboards" / f"{name}.json").read_text())["annotations"][
                "list"
            ]
            if annotation["name"] == "Deploys"
        }
        seen = busy.prometheus.query_range(
            local_query(marks, factor=FACTOR), start=busy.started, end=time.time(), step=0.25
        )
        assert {series.labels["colour"] for series in seen} == {"blue", "green"}
