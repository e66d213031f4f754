"""Each way to fail: its exit code, what users are on, its words, and the command to give next.

deploy/README.md lists them; test_failure_table.py holds the three lists together.
"""

from collections.abc import Callable

import pytest

from deploy.failures import KINDS
from tests.deploy.account import Account
from tests.deploy.world import Scene, image

# All of it takes more than two seconds.
pytestmark = pytest.mark.slow

NAMES = {kind.name: kind for kind in KINDS}
Story = Callable[[Scene], int]


def failing(scene: Scene, *words: str, **faults: object) -> int:
    scene.fault(**faults)
    return scene.release("b", *words)


def killed_while_baking(scene: Scene) -> None:
    """Leave a release whose tool was killed while the new colour was baking."""
    copies = scene.folder / "copies"
    scene.copies = copies
    copies.mkdir()
    assert scene.release("b") == 0
    scene.copies = None
    number = next(n for n, command in enumerate(scene.commands()) if "proxy/schema" in command)
    Scene.copied(copies / str(number), scene.folder)
    scene.clock.sleep(scene.store.now - scene.clock.now() + 61)


def unfinished(scene: Scene) -> int:
    killed_while_baking(scene)
    return scene.release("c")


def another_at_work(scene: Scene) -> int:
    killed_while_baking(scene)
    scene.clock.sleep(-61)
    scene.who = "another@machine"
    return scene.release("c")


def lease_lost(scene: Scene) -> int:
    """A person rolls back while the release is at work elsewhere."""
    scene.when("get endpointslices", steal="someone")
    return scene.release("b")


def too_old(scene: Scene) -> int:
    return failing(scene, migrate="CommandError: This image is older than the applied schema allows: todos.0009")


def away_in_mid_flip(scene: Scene) -> int:
    scene.when("traffic-green", away=600)
    return scene.release("b")


def cold_and_dead(scene: Scene) -> int:
    assert scene.release("b") == 0
    scene.kubectl(["kubectl", "scale", "deployment/todo-blue", "--replicas=0"])
    scene.fault(unready="blue")
    return scene.deploy("rollback")


def rollback_not_seen(scene: Scene) -> int:
    assert scene.release("b") == 0
    scene.fault(**{"frozen-endpoints": True})
    return scene.deploy("rollback")


def wrong_cluster(scene: Scene) -> int:
    scene.environment = "dev"
    return scene.release("b")


def held(scene: Scene) -> int:
    scene.release_file(prometheus=True)
    scene.when("traffic-green", prometheus="away")
    return scene.release("b")


def few(scene: Scene) -> int:
    scene.release_file(prometheus=True, bake_seconds=90)
    return failing(scene, samples=3)


# name → the story, the colour that users are on afterwards, and words that must be shown
LOCAL: dict[str, tuple[Story, str, str]] = {
    "refused": (lambda s: failing(s, forbidden="get job"), "blue", "cannot list resource"),
    "wrong-cluster": (wrong_cluster, "blue", "cluster of local, not of dev"),
    "lease-held": (another_at_work, "green", "release/eve@laptop, since 20"),
    "unfinished": (unfinished, "green", "stopped at its step bake"),
    "nothing-to-resume": (lambda s: s.deploy("release", "--resume"), "blue", "No release is under way"),
    "nothing-to-return-to": (lambda s: s.deploy("rollback"), "blue", "no release before this one"),
    "migration-failed": (lambda s: failing(s, migrate="column does not exist"), "blue", "column does not exist"),
    "image-too-old": (too_old, "blue", "older than the applied schema"),
    "image-missing": (lambda s: failing(s, **{"image-missing": "green"}), "blue", "Back-off pulling image"),
    "crash-loop": (lambda s: failing(s, crash="green", log="ImportError: no todos"), "blue", "ImportError: no todos"),
    "pending": (lambda s: failing(s, pending="green"), "blue", "is pending for"),
    "not-ready": (lambda s: failing(s, unready="green"), "blue", "not ready after 600 s"),
    "pods-refused": (lambda s: failing(s, refused="green"), "blue", "violates PodSecurity"),
    "smoke-failed": (lambda s: failing(s, smoke="500 instead of 201"), "blue", "500 instead of 201"),
    "shared-not-ready": (lambda s: failing(s, shared=True), "blue", "postgresql is not ready"),
    "slo-breached": (lambda s: failing(s, errors="green"), "blue", "own requests of the last minute failed"),
    "too-few-samples": (few, "blue", "has seen 3 requests to green"),
    "held": (held, "green", "Nobody has judged green"),
    "cluster-unreachable": (away_in_mid_flip, "blue", "has not answered for 30 s"),
    "lease-lost": (lease_lost, "green", "rollback/someone"),
    "rollback-not-seen": (rollback_not_seen, "blue", "way back was not seen"),
    "cold": (cold_and_dead, "green", "blue did not start within 600 s"),
}


@pytest.mark.parametrize("name", LOCAL)
def test_a_failure_says_what_happened_and_what_to_do_next(scene: Scene, name: str) -> None:
    story, live, words = LOCAL[name]
    code = story(scene)
    assert (code, scene.live) == (NAMES[name].code, live), scene.output
    assert words in scene.output
    assert f"{name}: " in scene.output
    next_command = scene.output.rpartition("next: ")[2].strip()
    assert next_command
    assert "{" not in next_command


# In a cluster in which nothing has been released: name → words of the next command
EMPTY = {"first-release": f"--image {image('a')} --first"}


@pytest.mark.parametrize("name", EMPTY)
def test_a_failure_in_an_empty_cluster_says_what_to_do_next(empty: Scene, name: str) -> None:
    assert empty.release("a") == NAMES[name].code
    assert EMPTY[name] in empty.output.rpartition("next: ")[2]


def prometheus_away(account: Account) -> int:
    return failing(account.scene, prometheus="away")


def no_alarms(account: Account) -> int:
    account.cloudwatch.delete_alarms(AlarmNames=list(alarm_names(account)))
    return account.scene.release("b")


def alarm_names(account: Account) -> list[str]:
    return [each["AlarmName"] for each in account.cloudwatch.describe_alarms()["MetricAlarms"]]


def alarm_rings(account: Account) -> int:
    account.alarm("todo-prod-error-lines", "ALARM")
    return account.scene.release("b")


def alarm_breaches(account: Account) -> int:
    account.rings_at = "green"
    return account.scene.release("b")


def no_gate(account: Account) -> int:
    return failing(account.scene, **{"no-gate": "green"})


def controller_down(account: Account) -> int:
    account.down = True
    return account.scene.release("b")


def unreachable(account: Account) -> int:
    return failing(account.scene, unreachable=True)


AWS: dict[str, tuple[Callable[[Account], int], str]] = {
    "prometheus-unreachable": (prometheus_away, "no endpoints available"),
    "alarms-missing": (no_alarms, "No CloudWatch alarm begins with todo-prod-"),
    "alarm-rings": (alarm_rings, "In ALARM already: todo-prod-error-lines"),
    "alarm-breached": (alarm_breaches, "In ALARM: todo-prod-error-lines"),
    "gate-missing": (no_gate, "still has no readiness gate"),
    "address-unreachable": (unreachable, "INBOUND_CIDRS must hold the address of this machine"),
    "flip-not-seen": (controller_down, "rules have other weights"),
}


@pytest.mark.parametrize("name", AWS)
def test_a_failure_behind_a_load_balancer_leaves_users_on_the_former_colour(
    account: Account, prod: Scene, name: str
) -> None:
    story, words = AWS[name]
    code = story(account)
    assert (code, prod.live) == (NAMES[name].code, "blue"), prod.output
    assert account.weights() == {"blue": 100, "green": 0}
    assert words in prod.output
    assert f"{name}: " in prod.output


TESTED = {*LOCAL, *EMPTY, *AWS}
