"""A release goes through, in its order; what it shows, and what it leaves alone."""

import json

import pytest

from deploy.steps import NAMES
from tests.deploy.account import Account
from tests.deploy.world import REPOSITORY, Scene, image

# All of it takes more than two seconds.
pytestmark = pytest.mark.slow


def test_the_first_release_makes_the_traffic_object_before_any_pod(account: Account) -> None:
    scene = account.scene
    assert scene.release("a", "--first") == 0, scene.output
    order = [command.rpartition("/")[2] for command in scene.commands() if " apply -k " in command]
    assert order[:4] == ["shared", "traffic-blue", "migrate", "blue"]
    gates = [
        pod["spec"].get("readinessGates")
        for pod in scene.store.of_kind("Pod")
        if pod["metadata"]["name"].startswith("todo-blue")
    ]
    assert gates
    assert all(gates)


def test_releases_alternate_between_the_colours_and_leave_one_configuration_each(scene: Scene) -> None:
    for letter, colour in (("b", "green"), ("c", "blue"), ("d", "green")):
        assert scene.release(letter) == 0, scene.output
        assert scene.live == colour
        assert scene.thing("Deployment", f"todo-{colour}")["spec"]["template"]["spec"]["containers"][0][
            "image"
        ] == image(letter)
    kept = [each for each in scene.store.of_kind("ConfigMap") if "todo/colour" in each["metadata"]["labels"]]
    assert len(kept) == 2
    prune = scene.thing("CronJob", "todo-prune")["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]
    assert prune["image"] == image("d")


def test_the_configuration_of_an_earlier_release_is_removed(scene: Scene) -> None:
    labels = {"app.kubernetes.io/name": "todo", "todo/colour": "green"}
    old = {"kind": "ConfigMap", "apiVersion": "v1", "metadata": {"name": "todo-green-0old", "labels": labels}}
    scene.change(objects=scene.store.objects | {"ConfigMap/todo-green-0old": old})
    assert scene.release("b") == 0, scene.output
    assert not scene.store.get("ConfigMap", "todo-green-0old")


def test_a_release_behind_a_load_balancer_is_believed_when_its_rules_say_so(account: Account, prod: Scene) -> None:
    assert prod.release("b") == 0, prod.output
    assert account.weights() == {"blue": 0, "green": 100}
    assert prod.sizes()["blue"] == (3, 3), "prod keeps the former colour warm"
    assert prod.deploy("rollback") == 0, prod.output
    assert account.weights() == {"blue": 100, "green": 0}


def test_traffic_may_move_in_steps_each_seen_and_watched(account: Account, prod: Scene) -> None:
    prod.release_file(traffic_steps=[10, 50])
    seen: list[dict[str, int]] = []
    account.on_change = seen.append
    assert prod.release("b") == 0, prod.output
    assert [each["green"] for each in seen] == [10, 50, 100]
    assert prod.live == "green"


def test_a_breach_in_a_step_gives_the_former_colour_everything_back(account: Account, prod: Scene) -> None:
    prod.release_file(traffic_steps=[10])
    prod.when("traffic-blue", errors="green")
    assert prod.release("b") == 30, prod.output
    assert (account.weights(), prod.live) == ({"blue": 100, "green": 0}, "blue")


def test_a_breach_takes_less_than_ninety_seconds_of_the_tool_s_clock(scene: Scene) -> None:
    scene.release_file(bake_seconds=300, requests_per_second=5)
    scene.when("traffic-green", errors="green")
    assert scene.release("b") == 30
    flipped = next(n for n, command in enumerate(scene.commands()) if command.endswith("traffic-green"))
    requests = [command for command in scene.commands()[flipped:] if "proxy/schema" in command]
    assert len(requests) <= 6 * 5, "ten failures are enough to be sure"
    assert scene.pods("green"), "kept, with its logs, for the post-mortem"
    assert scene.journal()["state"] == "rolled-back"


def test_a_release_to_the_other_colour_is_the_next_one_after_a_rollback(released: Scene) -> None:
    assert released.deploy("rollback") == 0
    assert released.deploy("rollback") == 0, "a second one changes nothing"
    assert released.live == "blue"
    assert released.release("c") == 0, released.output
    assert released.live == "green"


def test_a_rollback_without_a_journal_goes_to_the_other_colour_once(released: Scene) -> None:
    released.change(
        objects={key: each for key, each in released.store.objects.items() if key != "ConfigMap/todo-release"}
    )
    assert released.deploy("rollback") == 0, released.output
    assert "journal is lost" in released.output
    assert released.deploy("rollback") == 0
    assert released.live == "blue"


def test_a_dry_run_shows_the_changing_commands_and_changes_nothing(scene: Scene) -> None:
    scene.deploy("status")
    before = scene.store.objects
    assert scene.release("b", "--dry-run") == 0, scene.output
    shown = [line for line in scene.output.splitlines() if line.endswith("# not run")]
    assert [step for step in NAMES if f"  {step}: " in scene.output] == list(NAMES)
    assert any("apply -k kustomize/overlays/local/traffic-green" in line for line in shown)
    assert scene.store.objects.keys() == before.keys()
    assert scene.live == "blue"
    assert not [command for command in scene.commands() if command.split()[2] not in {"get", "logs"}]


def test_a_dry_run_shows_the_commands_that_a_release_then_runs(scene: Scene) -> None:
    scene.release("b", "--dry-run")
    shown = {
        line.strip()[2:].removesuffix("   # not run")
        for line in scene.output.splitlines()
        if line.endswith("# not run")
    }
    scene.release("b")
    ran = {line.strip()[2:] for line in scene.output.splitlines() if line.startswith("  $ ")}
    assert {command for command in shown if " -k " in command} == {command for command in ran if " -k " in command}


def test_every_change_is_shown_before_it_runs(scene: Scene) -> None:
    scene.release("b", "--json")
    events = [json.loads(line) for line in scene.output.splitlines()]
    shown = [event["command"] for event in events if event["event"] == "command"]
    assert len(shown) == len(scene.commands())
    assert events[-1] == {**events[-1], "event": "end", "code": 0, "name": "success"}
    assert [event["name"] for event in events if event["event"] == "step"] == list(NAMES)


def test_a_failure_for_machines_has_code_name_and_next_command(scene: Scene) -> None:
    scene.fault(smoke="500")
    assert scene.release("b", "--json") == 28
    end = json.loads(scene.output.splitlines()[-1])
    assert (end["event"], end["code"], end["name"]) == ("end", 28, "smoke-failed")
    assert end["next"] == "kubectl -n todo logs job/todo-smoke-green-bbbbbbbbbbbb"


def test_the_plan_tells_every_step_and_changes_nothing(scene: Scene) -> None:
    assert scene.deploy("plan", "--image", image("b")) == 0
    assert "goes to green, from blue" in scene.output
    assert all(f". {name}: " in scene.output for name in NAMES)
    assert len(scene.commands()) == 1


def test_a_bare_digest_is_one_of_the_environment_s_repository(account: Account) -> None:
    scene = account.scene
    assert scene.deploy("release", "--image", f"sha256:{'e' * 64}", "--first") == 0, scene.output
    assert f"{REPOSITORY}@sha256:{'e' * 64}" in scene.output


def test_a_bare_digest_without_a_repository_is_wrong_usage(scene: Scene) -> None:
    assert scene.deploy("release", "--image", f"sha256:{'e' * 64}") == 2
    assert "IMAGE_REPOSITORY" in scene.output


@pytest.mark.parametrize(
    "reference",
    [
        "todo",
        "todo:latest",
        "todo:",
        "localhost:5000/todo",
        "localhost:5000/todo:latest",
        "todo@sha256:12",
        "sha256:12",
    ],
)
def test_an_image_that_does_not_name_one_build_is_wrong_usage(scene: Scene, reference: str) -> None:
    assert scene.deploy("release", "--image", reference) == 2
    assert f"{reference} does not name one build: give a tag other than latest, or a digest" in scene.output
    assert scene.commands() == []


@pytest.mark.parametrize("reference", ["todo:dev", "localhost:5000/todo:dev"])
def test_a_local_image_has_a_tag_and_migrates_every_time(scene: Scene, reference: str) -> None:
    assert scene.deploy("release", "--image", reference) == 0, scene.output
    assert scene.thing("Deployment", "todo-green")["spec"]["template"]["spec"]["containers"][0]["image"] == reference
    assert scene.deploy("release", "--image", reference) == 0, scene.output
    assert sum("apply -k" in command and command.endswith("/migrate") for command in scene.commands()) == 2


def test_no_token_is_ever_shown(account: Account, prod: Scene) -> None:
    assert prod.release("b", "--json") == 0, prod.output
    assert "manage.py token synthetic" in prod.output
    assert "a-token-that-nobody-may-see" not in prod.output
