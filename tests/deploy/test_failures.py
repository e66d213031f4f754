"""Each way to fail, from each command that can: exit code, whom users are on, what is said, what to type next, and
that nothing is left which acts by itself. The table of deploy/README.md, the kinds and these stories are one list.
"""

import re
from collections.abc import Callable

import pytest

from deploy import names
from deploy.__main__ import EPILOG, parsed
from deploy.failures import KINDS
from tests.deploy.account import PREFIX, Account
from tests.deploy.world import ROOT, Scene, image, next_command

# All of it takes more than two seconds.
pytestmark = pytest.mark.slow

CODES = {kind.name: kind.code for kind in KINDS}
Story = Callable[[Scene], int]


def failing(**faults: object) -> Story:
    def story(scene: Scene) -> int:
        scene.fault(**faults)
        return scene.release("b")

    return story


def killed_at(scene: Scene, words: str) -> None:
    """Leave a release whose tool was killed before its first command with these words, a minute and a bit ago."""
    scene.copies = []
    assert scene.release("b") == 0, scene.output
    copies, number = scene.copies, next(n for n, command in enumerate(scene.commands()) if words in command)
    scene.__init__(scene.folder, scene.environment, copies[number])  # type: ignore[misc]
    scene.clock.sleep(61)


def unfinished(scene: Scene) -> int:
    killed_at(scene, "proxy/schema")
    return scene.release("c")


def another_at_work(scene: Scene) -> int:
    killed_at(scene, "proxy/schema")
    scene.clock.sleep(-61)
    scene.who = "another@machine"
    return scene.release("c")


def lease_lost(scene: Scene) -> int:
    """A person rolls back while the release is at work elsewhere."""
    scene.when("get endpointslices", steal="rollback/someone")
    return scene.release("b")


def away_in_mid_flip(scene: Scene) -> int:
    scene.when("traffic-green", away=600)
    return scene.release("b")


def held(scene: Scene) -> int:
    scene.settings(prometheus=True)
    scene.when("traffic-green", prometheus="away")
    return scene.release("b")


def few_samples(scene: Scene) -> int:
    scene.settings(prometheus=True, bake_seconds=90)
    return failing(samples=3)(scene)


def not_seen_back(scene: Scene) -> int:
    scene.when("proxy/schema", errors="green", faults={"frozen-endpoints": True})
    return scene.release("b")


def elsewhere(command: str, *words: str) -> Story:
    """Give a command to the cluster of another environment."""

    def story(scene: Scene) -> int:
        scene.environment = "dev"
        return scene.deploy(command, *words)

    return story


TOO_OLD = "CommandError: This image is older than the applied schema allows: todos.0009"
IMAGE = ("--image", image("b"))

# name → the story, the colour that users are on afterwards, and words that must be shown
RELEASE: dict[str, tuple[Story, str, str]] = {
    "refused": (failing(forbidden="get job"), "blue", "cannot list resource"),
    "wrong-cluster": (elsewhere("release", *IMAGE), "blue", "cluster of local, not of dev"),
    "lease-held": (another_at_work, "green", "release/eve@laptop, since 20"),
    "unfinished": (unfinished, "green", "stopped at its step bake"),
    "nothing-to-resume": (lambda scene: scene.deploy("release", "--resume"), "blue", "No release is under way"),
    "migration-failed": (failing(migrate="column does not exist"), "blue", "column does not exist"),
    "image-too-old": (failing(migrate=TOO_OLD), "blue", "older than the applied schema"),
    "image-missing": (failing(**{"image-missing": "green"}), "blue", "Back-off pulling image"),
    "crash-loop": (failing(crash="green", log="ImportError: no todos"), "blue", "ImportError: no todos"),
    "pending": (failing(pending="green"), "blue", "has been pending for"),
    "not-ready": (failing(unready="green"), "blue", "not ready after 600 s"),
    "pods-refused": (failing(refused="green"), "blue", "violates PodSecurity"),
    "smoke-failed": (failing(smoke="500 instead of 201"), "blue", "500 instead of 201"),
    "shared-not-ready": (failing(shared=True), "blue", "postgresql is not ready"),
    "slo-breached": (failing(errors="green"), "blue", "own requests of the last minute failed"),
    "too-few-samples": (few_samples, "blue", "has seen 3 requests to green"),
    "held": (held, "green", "green was not judged for"),
    "cluster-unreachable": (away_in_mid_flip, "blue", "has not answered for 30 s"),
    "lease-lost": (lease_lost, "green", "A rollback took over; nothing to do."),
    "rollback-not-seen": (not_seen_back, "blue", "way back was not seen"),
}


def cold_and_dead(scene: Scene) -> int:
    scene.kubectl(["kubectl", "scale", f"deployment/{names.web('blue')}", "--replicas=0"])
    scene.fault(unready="blue")
    return scene.deploy("rollback")


def overtaken(scene: Scene) -> int:
    """Somebody else rolls back while this rollback waits for a pod."""
    scene.when("replace -f", times=2, steal="rollback/someone")
    return cold_and_dead(scene)


def rolling_back(scene: Scene, **faults: object) -> int:
    scene.fault(**faults)
    return scene.deploy("rollback")


def raced(scene: Scene) -> int:
    scene.when("replace -f", steal="rollback/someone")
    return scene.deploy("rollback")


def test_of_two_releases_at_once_one_is_refused_and_writes_nothing(scene: Scene) -> None:
    """The other one begins between a look of the first and its Lease."""
    before = scene.journal()
    scene.when("replace -f", steal="release/adam@laptop/4711")
    assert scene.release("b") == 11, scene.output
    assert "release/adam@laptop/4711, since 20" in scene.output
    assert (scene.applied(), scene.journal()) == ([], before)


def away(command: str) -> Story:
    def story(scene: Scene) -> int:
        scene.when("get ingresses", away=600)
        return scene.deploy(command)

    return story


def no_former(scene: Scene) -> int:
    del scene.store.objects[f"Deployment/{names.web('blue')}"]
    return scene.deploy("rollback")


ROLLBACK: dict[str, tuple[Story, str, str]] = {
    "refused": (lambda scene: rolling_back(scene, forbidden="traffic-blue"), "green", "cannot list resource"),
    "wrong-cluster": (elsewhere("rollback"), "green", "cluster of local, not of dev"),
    "lease-held": (raced, "green", "Another release or rollback is running: rollback/someone"),
    "nothing-to-return-to": (no_former, "green", "no release before this one"),
    "cluster-unreachable": (away("rollback"), "green", "has not answered for 30 s"),
    "lease-lost": (overtaken, "green", "Another release or rollback is running: rollback/someone"),
    "rollback-not-seen": (lambda scene: rolling_back(scene, **{"frozen-endpoints": True}), "blue", "was not seen"),
    "cold": (cold_and_dead, "green", "blue has 0 of 3 pods ready after 600 s"),
}


def no_rights(scene: Scene) -> int:
    scene.fault(forbidden="get ingresses")
    return scene.deploy("status")


STATUS: dict[str, tuple[Story, str, str]] = {
    "refused": (no_rights, "green", "cannot list resource"),
    "wrong-cluster": (elsewhere("status"), "green", "cluster of local, not of dev"),
    "cluster-unreachable": (away("status"), "green", "has not answered for 30 s"),
}


def ended_as_told(scene: Scene, command: str, name: str, told: tuple[Story, str, str]) -> None:
    story, live, words = told
    code = story(scene)
    assert (code, scene.live) == (CODES[name], live), scene.output
    assert words in scene.output
    assert f"{name}: " in scene.output
    typed = next_command(scene.output)
    assert typed
    assert not set("{}") & set(typed)
    for words_of_tool in re.findall(r"python3 -m deploy ([^;()]+)", typed):
        assert parsed(words_of_tool.split()).env == scene.environment
    for path in re.findall(r"-k (\S+)", typed):
        assert (ROOT / path / "kustomization.yaml").exists(), typed
    if command == "rollback":
        assert "deploy release" not in typed, "users wait: releasing is not what comes next"


@pytest.mark.parametrize("name", RELEASE)
def test_a_release_that_fails_says_what_happened_and_what_to_do_next(scene: Scene, name: str) -> None:
    ended_as_told(scene, "release", name, RELEASE[name])
    assert scene.acting() == [], "what was given up leaves no Job that acts"


@pytest.mark.parametrize("name", ROLLBACK)
def test_a_rollback_that_fails_says_what_happened_and_what_to_do_next(released: Scene, name: str) -> None:
    ended_as_told(released, "rollback", name, ROLLBACK[name])


@pytest.mark.parametrize("name", STATUS)
def test_a_status_that_fails_says_what_happened_and_what_to_do_next(released: Scene, name: str) -> None:
    ended_as_told(released, "status", name, STATUS[name])


def test_a_rollback_that_is_refused_names_the_flip_by_hand_and_one_that_met_silence_itself(released: Scene) -> None:
    rolling_back(released, forbidden="traffic-blue")
    assert next_command(released.output).startswith("kubectl -n service apply -k kustomize/overlays/local/traffic-blue")
    released.fault(forbidden="nothing")
    away("rollback")(released)
    assert next_command(released.output) == "python3 -m deploy rollback --env local"


def test_a_status_that_reaches_no_cluster_advises_a_kubeconfig_only_where_there_is_an_account(
    released: Scene, prod: Scene
) -> None:
    away("status")(released)
    assert next_command(released.output).startswith("kubectl cluster-info; kubectl config get-contexts")
    away("status")(prod)
    assert next_command(prod.output).startswith("kubectl cluster-info; make kubeconfig ENV=prod")


def test_a_first_release_without_first_says_what_to_type(empty: Scene) -> None:
    assert empty.release("a") == CODES["first-release"]
    assert f"--image {image('a')} --first" in next_command(empty.output)


def test_what_the_cluster_refuses_for_another_reason_is_refused_too(released: Scene) -> None:
    released.when("traffic-blue", broken="admission webhook denied the request")
    assert released.deploy("rollback") == CODES["refused"]
    assert "admission webhook denied the request" in released.output


def after(**faults: object) -> Callable[[Account], int]:
    def story(account: Account) -> int:
        return failing(**faults)(account.scene)

    return story


def alarm_missing(account: Account) -> int:
    del account.alarms["load-balancer-p99"]
    return account.scene.release("b")


def alarm_rings(account: Account) -> int:
    account.alarms["error-lines"] = "ALARM"
    return account.scene.release("b")


def alarm_breaches(account: Account) -> int:
    account.rings_at = "green"
    return account.scene.release("b")


def controller_down(account: Account) -> int:
    account.down = True
    return account.scene.release("b")


AWS: dict[str, tuple[Callable[[Account], int], str]] = {
    "prometheus-unreachable": (after(prometheus="away"), "no endpoints available"),
    "alarms-missing": (alarm_missing, f"The account has no CloudWatch alarm {PREFIX}load-balancer-p99."),
    "alarm-rings": (alarm_rings, f"In ALARM already: {PREFIX}error-lines"),
    "alarm-breached": (alarm_breaches, f"In ALARM: {PREFIX}error-lines"),
    "gate-missing": (after(**{"no-gate": "green"}), "still has no readiness gate"),
    "address-unreachable": (after(unreachable=True), "INBOUND_CIDRS must hold the address of this machine"),
    "flip-not-seen": (controller_down, "rules have other weights"),
}


@pytest.mark.parametrize("name", AWS)
def test_a_failure_behind_a_load_balancer_leaves_users_on_the_former_colour(
    account: Account, prod: Scene, name: str
) -> None:
    story, words = AWS[name]
    ended_as_told(prod, "release", name, (lambda _scene: story(account), "blue", words))
    assert account.weights == {"blue": 100, "green": 0}
    assert prod.acting() == []


ROWS = re.findall(r"^\| (\d+) \| ([a-z-]+) \|", (ROOT / "deploy" / "README.md").read_text(), re.MULTILINE)


def test_every_failure_is_in_the_readme_with_its_exit_code_and_in_order() -> None:
    assert [(int(code), name) for code, name in ROWS] == [(kind.code, kind.name) for kind in KINDS]


def test_every_failure_is_injected_for_every_command_that_can_meet_it() -> None:
    assert {kind.name for kind in KINDS if kind.release} == {*RELEASE, *AWS, "first-release"}
    assert {kind.name for kind in KINDS if kind.rollback} == set(ROLLBACK)
    assert {kind.name for kind in KINDS if kind.status} == set(STATUS)


def test_exit_codes_are_distinct_and_the_help_explains_their_tens() -> None:
    codes = [kind.code for kind in KINDS]
    assert len(codes) == len(set(codes))
    assert {code // 10 * 10 for code in codes if code >= 10} == {int(ten) for ten in re.findall(r"(\d0)-\d9", EPILOG)}
