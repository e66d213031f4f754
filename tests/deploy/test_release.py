"""A release goes through its steps in order, shows each command, and takes only images and settings that are right."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from deploy.checkout import Settings
from deploy.names import COLOUR
from deploy.records import MOVED, SEEN
from deploy.release import NAMES
from tests.deploy.account import Account
from tests.deploy.world import REPOSITORY, ROOT, Scene, image

# All of it takes more than two seconds.
pytestmark = pytest.mark.slow

FILE = ROOT / "deploy" / "release.ini"


def test_the_first_release_makes_the_traffic_object_before_any_pod(account: Account) -> None:
    scene = account.scene
    assert scene.release("a", "--first") == 0, scene.output
    assert scene.applied()[:4] == ["shared", "traffic-blue", "migrate", "blue"]
    pods = [scene.thing("Pod", name) for name in scene.pods("blue")]
    assert pods
    assert all(pod["spec"].get("readinessGates") for pod in pods)


def test_releases_alternate_between_the_colours_and_leave_one_configuration_each(scene: Scene) -> None:
    for letter, colour in (("b", "green"), ("c", "blue"), ("d", "green")):
        assert scene.release(letter) == 0, scene.output
        assert (scene.live, scene.image_of(colour)) == (colour, image(letter))
    kept = [each for each in scene.store.of_kind("ConfigMap") if COLOUR in each["metadata"]["labels"]]
    assert len(kept) == 2
    prune = scene.store.of_kind("CronJob")[0]["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]
    assert prune["image"] == image("d")


def test_a_release_behind_a_load_balancer_is_believed_when_its_rules_say_so(account: Account, prod: Scene) -> None:
    assert prod.release("b") == 0, prod.output
    assert account.weights == {"blue": 0, "green": 100}
    assert prod.sizes()["blue"][0] == 3, "prod keeps the former colour warm"


def test_a_breach_takes_less_than_ninety_seconds_of_the_tool_s_clock(scene: Scene) -> None:
    scene.settings(bake_seconds=300, requests_per_second=5)
    scene.when("traffic-green", errors="green")
    assert scene.release("b") == 30
    flipped = scene.given("traffic-green")
    requests = [command for command in scene.commands()[flipped:] if "proxy/schema" in command]
    assert len(requests) <= 6 * 5, "ten failures are enough to be sure"
    assert scene.pods("green"), "kept, with its logs, for the post-mortem"
    assert scene.journal()["state"] == "rolled-back"


def test_a_dry_run_shows_the_commands_of_a_release_and_changes_nothing(scene: Scene) -> None:
    scene.deploy("status")
    before = scene.end_state()
    assert scene.release("b", "--dry-run") == 0, scene.output
    shown = re.findall(r"apply -k (\S+)   # not run", scene.output)
    assert re.findall(r"Z  (\w+): ", scene.output) == list(NAMES)
    assert {command.split()[2] for command in scene.commands()} <= {"get", "logs"}
    assert scene.end_state() == before
    scene.release("b")
    assert shown == [command.split()[-1] for command in scene.commands() if " apply -k " in command]


def test_every_command_is_shown_before_it_runs(scene: Scene) -> None:
    assert scene.release("b") == 0
    shown = {line.strip()[2:].replace("'", "").replace('"', "") for line in scene.output.splitlines() if "  $ " in line}
    ran = {f"kubectl {command}".replace("'", "").replace('"', "") for command in scene.commands()}
    assert ran == shown
    assert re.findall(r"Z  (\w+): ", scene.output) == list(NAMES)


def test_the_steps_at_which_users_may_have_moved_are_the_last_ones() -> None:
    assert NAMES[-len(MOVED) :] == MOVED
    assert MOVED[1:] == SEEN


def test_the_runbook_says_of_every_step_what_it_waits_for_and_how_it_is_undone() -> None:
    rows = re.findall(
        r"^\| (\w+) \| [^|]+ \| [^|]+ \| [^|]+ \|$", (ROOT / "docs/runbooks/release.md").read_text(), re.M
    )
    assert [row for row in rows if row != "step"] == list(NAMES)


def test_a_bare_digest_is_one_of_the_environment_s_repository(account: Account) -> None:
    scene = account.scene
    assert scene.deploy("release", "--image", f"sha256:{'e' * 64}", "--first") == 0, scene.output
    assert f"{REPOSITORY}@sha256:{'e' * 64}" in scene.output


def test_a_bare_digest_without_a_repository_is_wrong_usage(scene: Scene) -> None:
    assert scene.deploy("release", "--image", f"sha256:{'e' * 64}") == 2
    assert "IMAGE_REPOSITORY" in scene.output


@pytest.mark.parametrize("reference", ["todo", "service:latest", "localhost:5000/todo", "todo@sha256:12", "sha256:12"])
def test_an_image_that_does_not_name_one_build_is_wrong_usage(scene: Scene, reference: str) -> None:
    assert scene.deploy("release", "--image", reference) == 2
    assert f"{reference} does not name one build: give a tag other than latest, or a digest" in scene.output
    assert scene.commands() == []


@pytest.mark.parametrize("reference", ["service:dev", "localhost:5000/todo:dev"])
def test_a_local_image_has_a_tag_and_migrates_every_time(scene: Scene, reference: str) -> None:
    assert scene.deploy("release", "--image", reference) == 0, scene.output
    assert scene.image_of("green") == reference
    assert scene.deploy("release", "--image", reference) == 0, scene.output
    assert scene.applied().count("migrate") == 2


def test_settings_stand_in_the_order_of_the_type_and_each_has_a_comment() -> None:
    text = FILE.read_text().partition("\n[DEFAULT]\n")[2].partition("\n[")[0]
    assert re.findall(r"^(\w+) =", text, re.MULTILINE) == [field.name for field in fields(Settings)]
    assert not re.search(r"^(?!#).*\n(\w+) =", text, re.MULTILINE), "a setting without a comment above it"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("bake_secnds = 1", "bake_secnds"),
        ("bake_seconds = long", "bake_seconds = long must be a whole number"),
        ("bake_seconds = -1", "not negative"),
        ("alarms = perhaps", "alarms = perhaps must be watched, none, or names such as error-lines"),
        ("after_window = go", "one of keep, scale-to-zero"),
        ("own_error_share = 1/2", "must be a number"),
        ("prometheus = 1", "must be true or false"),
        ("[release]\n[release]", "already exists"),
    ],
)
def test_a_wrong_setting_is_named_with_what_is_right(tmp_path: Path, line: str, words: str) -> None:
    name = line.partition(" ")[0]
    kept = re.sub(rf"^{re.escape(name)} = .*\n", "", FILE.read_text(), flags=re.MULTILINE)
    file = tmp_path / "release.ini"
    file.write_text(kept.replace("[DEFAULT]\n", f"[DEFAULT]\n{line}\n"))
    with pytest.raises(ValueError, match=re.escape(words)):
        Settings.read(file, "dev")
