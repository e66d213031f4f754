"""A Job of the release that somebody deletes, or that its time to live collects, while the tool waits for it."""

from collections.abc import Sequence

import pytest

from deploy.kubectl import Answer
from tests.deploy.world import Scene

# All of it takes more than two seconds.
pytestmark = pytest.mark.slow

MIGRATE = "todo-migrate-bbbbbbbbbbbb"


def gone_at(scene: Scene, look: int) -> None:
    """Let the migrate Job be deleted before the tool looks at it for the time `look`."""
    real, looks = scene.kubectl, []

    def kubectl(words: Sequence[str]) -> Answer:
        looks.append(list(words[3:6]) == ["get", "job", MIGRATE])
        if looks[-1] and sum(looks) == look:
            assert not real(["kubectl", "delete", "job", MIGRATE]).code
        return real(words)

    scene.kubectl = kubectl  # type: ignore[method-assign]


def test_a_running_job_that_is_gone_stops_the_release_at_once_and_is_said_to_be_gone(scene: Scene) -> None:
    gone_at(scene, look=3)
    before = scene.clock.now()
    assert scene.release("b") == 20, scene.output
    assert f"{MIGRATE} is gone, and nobody saw how it ended" in scene.output
    assert scene.clock.now() - before < 30, "not after the limit of a migration"
    assert scene.live == "blue"
    assert scene.release("b", "--resume") == 0, scene.output


def test_a_job_that_was_seen_complete_may_be_collected(scene: Scene) -> None:
    scene.fault(smoke="500")
    assert scene.release("b") == 28
    scene.fault(smoke="")
    gone_at(scene, look=2)
    assert scene.release("b") == 0, scene.output
    assert f"{MIGRATE} is complete" in scene.output
    assert sum("apply -k" in command and command.endswith("/migrate") for command in scene.commands()) == 1
