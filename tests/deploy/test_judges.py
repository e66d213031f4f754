"""Who judges the new colour: how they are asked, and what their silence means."""

import http.server
import json
import socket
import threading
import urllib.parse
from collections.abc import Iterator, Sequence

import pytest

from deploy import sending
from deploy.kubectl import Answer
from deploy.sending import send
from deploy.visitor import PROXY_SECONDS
from tests.deploy.account import Account
from tests.deploy.scripted.answers import SILENCE
from tests.deploy.world import ROOT, Scene

# All of it takes more than two seconds.
pytestmark = pytest.mark.slow

BAKE = ROOT / "monitoring" / "bake.json"


class Prometheus(http.server.BaseHTTPRequestHandler):
    """Answers queries as Prometheus' HTTP API does: https://prometheus.io/docs/prometheus/latest/querying/api/"""

    asked: list[str] = []
    share = "0.001"

    def do_GET(self) -> None:
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)["query"][0]
        self.asked.append(query)
        value = self.share if query.startswith("1 -") else "300"
        result = [{"metric": {}, "value": [1795000000, value]}]
        body = json.dumps({"status": "success", "data": {"resultType": "vector", "result": result}}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def prometheus() -> Iterator[str]:
    Prometheus.asked, Prometheus.share = [], "0.001"
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Prometheus) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_prometheus_at_an_address_is_asked_about_the_new_colour_alone(scene: Scene, prometheus: str) -> None:
    scene.release_file(prometheus=True)
    assert scene.release("b", "--prometheus-url", prometheus) == 0, scene.output
    about_colours = [query for query in Prometheus.asked if "colour" in query]
    assert about_colours
    assert all('colour="green"' in query and "[60s]" in query and "$" not in query for query in about_colours)


def test_an_slo_that_is_broken_takes_users_back(scene: Scene, prometheus: str) -> None:
    scene.release_file(prometheus=True)
    Prometheus.share = "0.02"
    assert scene.release("b", "--prometheus-url", prometheus) == 30
    assert "2.00%, above 1.44%" in scene.output
    assert scene.live == "blue"


def test_the_one_in_the_cluster_is_asked_through_the_api_server(scene: Scene) -> None:
    scene.release_file(prometheus=True)
    assert scene.release("b") == 0, scene.output
    proxy = "get --raw /api/v1/namespaces/monitoring/services/http:prometheus-operated:9090/proxy/api/v1/query?query="
    assert any(proxy in command for command in scene.commands())


def test_a_prometheus_that_goes_away_before_the_flip_stops_the_release_there(scene: Scene) -> None:
    scene.release_file(prometheus=True)
    scene.when("apply -k", prometheus="away")
    assert scene.release("b") == 18, scene.output
    assert scene.live == "blue"
    assert not any("traffic-green" in command for command in scene.commands())


def test_a_prometheus_that_comes_back_in_time_is_waited_for(scene: Scene) -> None:
    scene.release_file(prometheus=True, requests_per_second=1)
    scene.when("traffic-green", prometheus="away")
    real, visits = scene.kubectl, []

    def kubectl(words: list[str]) -> object:
        visits.append(any("proxy/schema" in word for word in words))
        if sum(visits) == 60:
            scene.fault(prometheus="back")
        return real(words)

    scene.kubectl = kubectl  # type: ignore[assignment, method-assign]
    assert scene.release("b") == 0, scene.output
    assert "holding: Prometheus does not answer" in scene.output
    assert scene.live == "green"


def test_what_is_no_answer_is_treated_as_silence(scene: Scene) -> None:
    scene.release_file(prometheus=True)
    scene.when("traffic-green", prometheus="nonsense")
    assert scene.release("b") == 40, scene.output
    assert scene.live == "green"


def test_a_held_release_may_be_resumed_or_rolled_back(scene: Scene) -> None:
    scene.release_file(prometheus=True)
    scene.when("traffic-green", prometheus="away")
    assert scene.release("b") == 40
    scene.fault(prometheus="back")
    assert scene.release("b", "--resume") == 0, scene.output
    assert scene.journal()["state"] == "finished"


def test_dev_goes_on_without_an_alarm_in_the_account(account: Account) -> None:
    scene = account.scene
    scene.environment = "dev"
    scene.release_file(alarms="watched")
    account.cloudwatch.delete_alarms(
        AlarmNames=[each["AlarmName"] for each in account.cloudwatch.describe_alarms()["MetricAlarms"]]
    )
    assert scene.release("a", "--first") == 0, scene.output
    assert scene.release("b") == 0, scene.output


def test_own_requests_are_tagged_and_make_and_remove_one_todo(account: Account, prod: Scene) -> None:
    sent: list[tuple[str, str]] = []
    real = prod._answer

    def answer(method: str, url: str, headers: dict[str, str], body: str) -> object:
        if url.endswith("/readyz"):
            assert headers == {"X-Synthetic": "1"}, "no token is needed to see whether somebody is there"
            return real(method, url, headers, body)
        sent.append((method, url))
        assert headers["Authorization"] == "Bearer a-token-that-nobody-may-see"
        return real(method, url, headers, body)

    prod._answer = answer  # type: ignore[assignment, method-assign]
    assert prod.release("b") == 0, prod.output
    assert [method for method, _ in sent[:3]] == ["POST", "DELETE", "GET"]
    assert {method for method, _ in sent[2:]} == {"GET"}
    assert all(url.startswith("https://") for _, url in sent)


def test_a_request_that_nobody_takes_is_a_failed_one_that_reached_nobody() -> None:
    response = send("GET", "http://127.0.0.1:1/todos", {}, "")
    assert (response.status, response.reached) == (0, False)
    assert "Connection refused" in response.body


def test_a_request_that_is_taken_and_not_answered_is_a_failed_one_that_reached_somebody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sending, "TIMEOUT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        response = send("GET", f"http://127.0.0.1:{silent.getsockname()[1]}/todos", {}, "")
    assert (response.status, response.reached) == (0, True)


def test_an_answer_that_is_an_error_comes_from_somebody(prometheus: str) -> None:
    response = send("POST", f"{prometheus}/todos", {}, "{}")
    assert (response.status, response.reached) == (501, True)


@pytest.mark.parametrize("silence", SILENCE)
def test_a_new_colour_that_is_silent_behind_the_api_server_s_proxy_loses_its_users(scene: Scene, silence: str) -> None:
    """The API server is there: what is silent is the colour, and it is not the cluster that cannot be reached."""
    scene.release_file(bake_seconds=60)
    scene.when("traffic-green", silent="green", silence=silence)
    assert (scene.release("b"), scene.live) == (30, "blue"), scene.output
    assert "own requests of the last minute failed" in scene.output


def test_a_colour_that_hangs_through_a_short_bake_has_not_passed_it(scene: Scene) -> None:
    """Of requests that each wait for three seconds, too few end for a share."""
    scene.release_file(bake_seconds=20)
    scene.when("traffic-green", silent="green", silence="hangs")
    real = scene.kubectl

    def kubectl(words: Sequence[str]) -> Answer:
        scene.clock.sleep(PROXY_SECONDS if any("proxy/schema" in word for word in words) else 0)
        return real(words)

    scene.kubectl = kubectl  # type: ignore[method-assign]
    assert (scene.release("b"), scene.live) == (30, "blue"), scene.output
    assert sum("proxy/schema" in command for command in scene.commands()) < 10


def test_a_prometheus_that_is_silent_behind_the_api_server_s_proxy_is_waited_for_as_one_that_is_away(
    scene: Scene,
) -> None:
    scene.release_file(prometheus=True)
    scene.when("traffic-green", prometheus="unroutable")
    assert (scene.release("b"), scene.live) == (40, "green"), scene.output


def test_without_queries_a_release_is_refused_and_a_rollback_is_not(released: Scene) -> None:
    released.release_file(prometheus=True)
    released.arguments = ["--bake-file", str(released.folder / "missing.json")]
    assert released.release("c") == 18
    assert "make monitoring writes them" in released.output
    assert released.deploy("rollback") == 0, released.output


@pytest.mark.skipif(not BAKE.exists(), reason="monitoring/bake.json is not there: make monitoring")
def test_the_queries_that_monitoring_makes_are_understood(scene: Scene) -> None:
    scene.release_file(prometheus=True)
    scene.arguments = ["--bake-file", str(BAKE)]
    assert scene.release("b") == 0, scene.output
