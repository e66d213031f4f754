"""The tool's process may end before any command, without a word; another machine goes on and reaches the same end.

All that it leaves is the cluster. So the cluster is copied before each command of an undisturbed run, and from every
copy that differs from the one before, another machine takes it up. test_processes.py kills a real process.
"""

import marshal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.deploy.scripted.store import Object
from tests.deploy.world import Scene

# All of it takes more than two seconds.
pytestmark = pytest.mark.slow

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


def changed(copies: list[bytes]) -> Iterator[int]:
    """Yield the number of each copy that a command has changed; a command that only reads makes no new case."""
    before: Object = {}
    for number, copy in enumerate(copies):
        content, _ = marshal.loads(copy)  # noqa: S302  our own
        cluster = {**content, "commands": []}
        if cluster != before:
            yield number
        before = cluster


@pytest.mark.parametrize("kind", RUNS)
def test_what_was_killed_is_taken_up_by_another_machine_and_ends_the_same(
    kind: str, runs: dict[str, Run], tmp_path: Path
) -> None:
    copies, undisturbed = runs[kind]
    places = list(changed(copies))[1:]
    assert len(places) >= {"release": 40, "first": 34, "rollback": 3}[kind]
    for number in places:
        scene = begun(tmp_path / str(number), copies[number])
        scene.who = "another@machine"
        killed = f"killed after {scene.commands()[-1]}"
        assert RESUMED[kind](scene) == 0, f"{killed}: {scene.output}"
        end, wanted = scene.end_state(), dict(undisturbed)
        if number == len(copies) - 1:
            # Only the Lease was not released yet; it expires.
            end.pop("lease"), wanted.pop("lease")
        assert end == wanted, killed


def test_what_users_are_on_is_not_applied_again_by_a_resumed_release(runs: dict[str, Run], tmp_path: Path) -> None:
    commands = begun(tmp_path / "late", runs["release"].copies[-1]).commands()
    baking = next(n for n, command in enumerate(commands) if "proxy/schema" in command)
    scene = begun(tmp_path / "baking", runs["release"].copies[baking])
    scene.content["commands"] = []
    assert scene.release("b", "--resume") == 0, scene.output
    assert scene.applied() == ["prune"]
