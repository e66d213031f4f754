"""The tool's process may end before any command, without a word; another machine goes on and reaches the same end.

All that it leaves is the cluster. So the cluster is copied before each command of an undisturbed run, and from every
copy another machine takes it up. test_processes.py kills a real process.
"""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.deploy.scripted.store import Object
from tests.deploy.world import Scene

# All of it takes more than two seconds.
pytestmark = pytest.mark.slow

# How many commands each gives; a test below counts them, so that no place is forgotten.
COMMANDS = {"release": 84, "first": 77, "rollback": 6}
PLACES = [(kind, number) for kind, commands in COMMANDS.items() for number in range(1, commands)]

RUNS: dict[str, Callable[[Scene], int]] = {
    "release": lambda scene: scene.release("b"),
    "first": lambda scene: scene.release("a", "--first"),
    "rollback": lambda scene: scene.deploy("rollback"),
}
RESUMED: dict[str, Callable[[Scene], int]] = {
    "release": lambda scene: scene.release("b", "--resume"),
    "first": lambda scene: scene.release("a", "--first", "--resume"),
    "rollback": lambda scene: scene.deploy("rollback"),
}
SHORT = {"bake_seconds": 5, "gate_seconds": 5}


class Run(NamedTuple):
    """An undisturbed run: the cluster before each of its commands, and what it left behind."""

    copies: list[bytes]
    end: Object


def begun(folder: Path, kept: bytes) -> Scene:
    scene = Scene(folder, kept=kept)
    scene.settings(**SHORT)
    return scene


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory, first: bytes, second: bytes) -> dict[str, Run]:
    before = {"release": first, "rollback": second, "first": b""}
    found = {}
    for kind, run in RUNS.items():
        scene = begun(tmp_path_factory.mktemp(kind), before[kind])
        scene.copies = []
        assert run(scene) == 0, scene.output
        found[kind] = Run(scene.copies, scene.end_state())
    return found


@pytest.mark.parametrize(("kind", "number"), PLACES)
def test_what_was_killed_is_taken_up_by_another_machine_and_ends_the_same(
    kind: str, number: int, runs: dict[str, Run], tmp_path: Path
) -> None:
    scene = begun(tmp_path, runs[kind].copies[number])
    scene.who = "another@machine"
    assert RESUMED[kind](scene) == 0, scene.output
    end, wanted = scene.end_state(), dict(runs[kind].end)
    if number == len(runs[kind].copies) - 1:
        # Only the Lease was still to be given back; it runs out.
        end.pop("lease"), wanted.pop("lease")
    assert end == wanted


@pytest.mark.parametrize("kind", COMMANDS)
def test_every_command_was_a_place_to_be_killed_at(kind: str, runs: dict[str, Run]) -> None:
    assert len(runs[kind].copies) == COMMANDS[kind]


def test_what_users_are_on_is_not_applied_again_by_a_resumed_release(runs: dict[str, Run], tmp_path: Path) -> None:
    commands = begun(tmp_path / "late", runs["release"].copies[-1]).commands()
    baking = next(n for n, command in enumerate(commands) if "proxy/schema" in command)
    scene = begun(tmp_path / "baking", runs["release"].copies[baking])
    scene.content["commands"] = []
    assert scene.release("b", "--resume") == 0, scene.output
    assert scene.applied() == ["prune"]
