"""Judges of the new colour: the questions to them, the meaning of their silence, and whether they can be reached."""

import json
import socket
import threading
from collections.abc import Sequence

import pytest

from deploy import visitor
from deploy.jobs import TOO_OLD
from deploy.kubectl import Answer
from deploy.visitor import OVERLOADED, PROXY_SECONDS, Response, send
from tests.deploy.account import Account
from tests.deploy.scripted.answers import SILENCE
from tests.deploy.world import PROD, ROOT, Scene, image, next_command

# All of it takes more than two seconds.
pytestmark = pytest.mark.slow

NOWHERE = "<urlopen error timed out>"
QUERIES = json.loads((ROOT / "monitoring" / "bake.json").read_text())["queries"]
PROMETHEUS = "/services/http:prometheus-operated:9090/proxy/api/v1/query?query="


def test_prometheus_is_asked_about_the_new_colour_alone_through_the_api_server(scene: Scene) -> None:
    scene.settings(prometheus=True)
    assert scene.release("b") == 0, scene.output
    asked = [command.partition(PROMETHEUS)[2] for command in scene.commands() if PROMETHEUS in command]
    about_colours = [query for query in asked if "colour" in query]
    assert about_colours
    assert all("colour%3D%22green%22" in query and "60s" in query and "$" not in query for query in about_colours)


def test_an_slo_that_is_broken_takes_users_back(scene: Scene) -> None:
    scene.settings(prometheus=True)
    assert QUERIES[0]["threshold"] < 0.02
    scene.when("traffic-green", share="0.02")
    assert scene.release("b") == 30
    assert f"2.00%, above {QUERIES[0]['threshold']:.2%}" in scene.output
    assert scene.live == "blue"


def test_a_prometheus_that_goes_away_before_the_flip_stops_the_release_there(scene: Scene) -> None:
    scene.settings(prometheus=True)
    scene.when("apply -k", prometheus="away")
    assert (scene.release("b"), scene.live) == (18, "blue"), scene.output
    assert scene.applied()[-1] == "smoke-green"


def test_a_prometheus_that_comes_back_in_time_is_waited_for(scene: Scene) -> None:
    scene.settings(prometheus=True)
    scene.when("traffic-green", prometheus="away")
    scene.when("proxy/schema", times=60, prometheus="back")
    assert (scene.release("b"), scene.live) == (0, "green"), scene.output
    assert "holding: Prometheus does not answer" in scene.output


@pytest.mark.parametrize("silence", ["nonsense", "unroutable"])
def test_what_is_no_answer_is_treated_as_silence_and_may_be_resumed(scene: Scene, silence: str) -> None:
    scene.settings(prometheus=True)
    scene.when("traffic-green", prometheus=silence)
    assert (scene.release("b"), scene.live) == (40, "green"), scene.output
    scene.fault(prometheus="back")
    assert scene.release("b", "--resume") == 0, scene.output
    assert scene.journal()["state"] == "finished"


def test_without_queries_a_release_is_refused_and_a_rollback_is_not(released: Scene) -> None:
    released.settings(prometheus=True)
    (released.folder / "monitoring/bake.json").unlink()
    (released.folder / "monitoring/bake.json").symlink_to(released.folder / "nowhere")
    assert released.release("c") == 18
    assert "make monitoring writes them" in released.output
    assert released.deploy("rollback") == 0, released.output


def test_the_queries_leave_a_stranger_s_flood_out() -> None:
    """A worker without a free thread refuses; a client's flood must not roll back a release that closes a hole."""
    availability = QUERIES[0]
    assert availability["slo"] == "availability"
    assert availability["query"].count('route!="refused"') == 2
    assert availability["samples"].count('route!="refused"') == 1


def test_requests_that_are_refused_under_overload_are_not_held_against_the_new_colour(
    account: Account, prod: Scene
) -> None:
    for sentence in (OVERLOADED, TOO_OLD):
        assert any(sentence in file.read_text() for file in (ROOT / "todoproject").rglob("*.py")), "nobody says so"
    prod.when("manage.py token", overloaded=True)
    prod.settings(bake_seconds=60)
    prod.when("get ingresses", times=9, overloaded=False)
    assert (prod.release("b"), prod.live) == (0, "green"), prod.output
    assert "refused under overload: " in prod.output


def test_a_colour_that_refuses_every_request_has_not_passed(account: Account, prod: Scene) -> None:
    prod.when("manage.py token", overloaded=True)
    assert (prod.release("b"), prod.live) == (30, "blue"), prod.output
    assert "green refused every request of the tool" in prod.output


def test_a_colour_whose_resource_alone_fails_loses_its_users_without_an_address_too(scene: Scene) -> None:
    """/schema answers 200; only /todos is broken, and 401 without a token would be well."""
    scene.settings(bake_seconds=60)
    scene.when("traffic-green", resource="green")
    assert (scene.release("b"), scene.live) == (30, "blue"), scene.output
    assert "own requests of the last minute failed" in scene.output


def test_the_lease_is_renewed_while_the_new_colour_bakes(scene: Scene) -> None:
    scene.settings(bake_seconds=300, rollback_window_seconds=0)
    assert scene.release("b") == 0, scene.output
    baking = scene.commands()[scene.given("traffic-green") :]
    assert sum("replace -f" in command for command in baking) > 300 / 60 + 5, "once a step, and before it runs out"


def test_dev_goes_on_without_an_alarm_in_the_account(account: Account) -> None:
    scene = account.scene
    scene.environment = "dev"
    scene.settings(alarms="watched")
    account.alarms.clear()
    assert scene.release("a", "--first") == 0, scene.output
    assert scene.release("b") == 0, scene.output


def answering(scene: Scene, *answers: Response) -> list[tuple[str, str, dict[str, str]]]:
    """Let the first requests about being there end so, all others well; return all as they come."""
    real, left, asked = scene.answer, list(answers), list[tuple[str, str, dict[str, str]]]()

    def answer(method: str, url: str, headers: dict[str, str], body: str) -> Response:
        asked.append((method, url, headers))
        return left.pop(0) if left and url.endswith("/readyz") else real(method, url, headers, body)

    scene.answer = answer  # type: ignore[assignment, method-assign]
    return asked


def test_own_requests_are_tagged_and_make_and_remove_one_row(account: Account, prod: Scene) -> None:
    asked = answering(prod)
    assert prod.release("b") == 0, prod.output
    ready = [headers for _, url, headers in asked if url.endswith("/readyz")]
    assert ready == [{"X-Synthetic": "1"}] * 2, "no token is needed to see whether somebody is there"
    sent = [(method, headers) for method, url, headers in asked if not url.endswith("/readyz")]
    assert [method for method, _ in sent[:3]] == ["POST", "DELETE", "GET"]
    assert {method for method, _ in sent[2:]} == {"GET"}
    assert {headers["Authorization"] for _, headers in sent} == {"Bearer a-token-that-nobody-may-see"}
    assert all(url.startswith("https://") for _, url, _ in asked)
    assert "manage.py token synthetic" in prod.output
    assert "a-token-that-nobody-may-see" not in prod.output


def test_a_request_that_nobody_takes_is_a_failed_one_that_reached_nobody() -> None:
    response = send("GET", "http://127.0.0.1:1/", {}, "")
    assert (response.status, response.reached) == (0, False)
    assert "Connection refused" in response.body


def test_a_request_that_is_taken_and_not_answered_is_a_failed_one_that_reached_somebody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(visitor, "TIMEOUT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        response = send("GET", f"http://127.0.0.1:{silent.getsockname()[1]}/", {}, "")
    assert (response.status, response.reached) == (0, True)


def test_an_answer_that_is_an_error_comes_from_somebody_and_keeps_its_words() -> None:
    def answer() -> None:
        with server.accept()[0] as taken:
            taken.recv(1000)
            taken.sendall(b"HTTP/1.1 503 Busy\r\nContent-Length: 14\r\n\r\nmore than that")

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=answer, daemon=True).start()
        response = send("GET", f"http://127.0.0.1:{server.getsockname()[1]}/", {}, "")
    assert response == (503, "more than that", True)


@pytest.mark.parametrize("silence", SILENCE)
def test_a_new_colour_that_is_silent_behind_the_api_server_s_proxy_loses_its_users(scene: Scene, silence: str) -> None:
    """The API server is there: what is silent is the colour, and it is not the cluster that cannot be reached."""
    scene.settings(bake_seconds=60)
    scene.when("traffic-green", silent="green", silence=silence)
    assert (scene.release("b"), scene.live) == (30, "blue"), scene.output
    assert "own requests of the last minute failed" in scene.output


def test_a_colour_that_hangs_through_a_short_bake_has_not_passed_it(scene: Scene) -> None:
    """Of requests that each wait for three seconds, too few end for a share."""
    scene.settings(bake_seconds=10)
    scene.when("traffic-green", silent="green", silence="hangs")
    real = scene.kubectl

    def kubectl(words: Sequence[str]) -> Answer:
        scene.clock.sleep(PROXY_SECONDS if any("/http:web:80/proxy/" in word for word in words) else 0)
        return real(words)

    scene.kubectl = kubectl  # type: ignore[method-assign]
    assert (scene.release("b"), scene.live) == (30, "blue"), scene.output
    assert sum("/http:web:80/proxy/" in command for command in scene.commands()) < 10


def test_a_release_that_nobody_could_judge_from_here_changes_nothing(account: Account, prod: Scene) -> None:
    prod.fault(unreachable=True)
    began = prod.clock.now()
    assert prod.release("b") == 19, prod.output
    assert f"https://{PROD['DOMAIN']} cannot be reached from here: {NOWHERE}." in prod.output
    assert next_command(prod.output).startswith(f"curl -sv https://{PROD['DOMAIN']}/readyz")
    assert {command.split()[2] for command in prod.commands()} == {"get"}
    assert prod.clock.now() - began < 30


def test_an_address_that_is_lost_on_the_way_stops_the_release_before_any_traffic_moves(
    account: Account, prod: Scene
) -> None:
    prod.when("exec pod/web-green", unreachable=True)
    assert (prod.release("b"), prod.live) == (19, "blue"), prod.output
    assert account.weights == {"blue": 100, "green": 0}
    assert "traffic-green" not in prod.applied()


def test_a_request_that_is_lost_is_made_again(account: Account, prod: Scene) -> None:
    answering(prod, Response(0, NOWHERE, reached=False), Response(0, NOWHERE, reached=False))
    assert prod.release("b") == 0, prod.output


@pytest.mark.parametrize("answer", [Response(503), Response(0, "The read operation timed out")])
def test_a_live_colour_that_is_ill_keeps_no_release_from_helping_it(
    account: Account, prod: Scene, answer: Response
) -> None:
    answering(prod, answer, answer)
    assert prod.release("b") == 0, prod.output


def test_a_first_release_is_asked_for_when_its_load_balancer_is_there(account: Account) -> None:
    scene = account.scene
    scene.fault(unreachable=True)
    assert scene.release("a", "--first") == 19, scene.output
    assert "blue stays: there is no other colour yet" in scene.output
    scene.fault(unreachable=False)
    assert scene.deploy("release", "--image", image("a"), "--first", "--resume") == 0, scene.output


def test_the_load_balancer_s_own_address_is_asked_where_there_is_no_domain(account: Account) -> None:
    scene = account.scene
    scene.environment = "dev"
    scene.settings(alarms="watched")
    asked = answering(scene)
    assert scene.release("a", "--first") == 0, scene.output
    assert asked[0][1] == "http://service.us-east-1.elb.amazonaws.com/readyz"
