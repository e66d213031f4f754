"""The load balancer's address is asked from where the tool runs, before a release begins and again before its flip."""

import pytest

from deploy.sending import Response
from tests.deploy.account import Account
from tests.deploy.world import Scene, image

# All of it takes more than two seconds.
pytestmark = pytest.mark.slow

NOWHERE = "<urlopen error timed out>"


def answering(scene: Scene, *answers: Response) -> list[str]:
    """Let the first requests about being there end so, all others well; return the addresses of all, as they come."""
    real, left, asked = scene._answer, list(answers), list[str]()

    def answer(method: str, url: str, headers: dict[str, str], body: str) -> Response:
        asked.append(url)
        return left.pop(0) if left and url.endswith("/readyz") else real(method, url, headers, body)

    scene._answer = answer  # type: ignore[assignment, method-assign]
    return asked


def test_a_release_that_nobody_could_judge_from_here_changes_nothing(account: Account, prod: Scene) -> None:
    prod.fault(unreachable=True)
    began = prod.clock.now()
    assert prod.release("b") == 19, prod.output
    assert f"Nobody can reach https://todo.example.com from here: {NOWHERE}." in prod.output
    assert "curl -sv https://todo.example.com/readyz" in prod.output.rpartition("next: ")[2]
    assert {command.split()[2] for command in prod.commands()} == {"get"}
    assert prod.clock.now() - began < 30


def test_an_address_that_is_lost_on_the_way_stops_the_release_before_any_traffic_moves(
    account: Account, prod: Scene
) -> None:
    prod.when("exec pod/todo-green", unreachable=True)
    assert (prod.release("b"), prod.live) == (19, "blue"), prod.output
    assert account.weights() == {"blue": 100, "green": 0}
    assert not any("traffic-green" in command for command in prod.commands())


def test_a_request_that_is_lost_is_made_again(account: Account, prod: Scene) -> None:
    answering(prod, Response(0, NOWHERE, reached=False), Response(0, NOWHERE, reached=False))
    assert prod.release("b") == 0, prod.output


@pytest.mark.parametrize("answer", [Response(503), Response(0, "The read operation timed out")])
def test_a_live_colour_that_is_ill_keeps_no_release_from_mending_it(
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
    scene.release_file(alarms="watched")
    asked = answering(scene)
    assert scene.release("a", "--first") == 0, scene.output
    assert asked[0] == "http://todo.us-east-1.elb.amazonaws.com/readyz"
