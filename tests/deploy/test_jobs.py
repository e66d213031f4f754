"""A Job of the release while the tool waits for it: its pod ends before it does, and it may be deleted or collected."""

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


@pytest.mark.parametrize(
    ("fault", "code", "words"), [("", 0, "todos.0002... OK"), ("no such column", 20, "no such column")]
)
def test_a_pod_that_has_ended_after_minutes_is_not_pending_until_its_job_says_how_it_ended(
    scene: Scene, fault: str, code: int, words: str
) -> None:
    """The tool looks every five seconds: at 300 the pod has ended, and the Job has no condition yet."""
    scene.change(seconds_of_a_job=302)
    scene.release_file(smoke_seconds=600)
    scene.fault(migrate=fault)
    assert scene.release("b") == code, scene.output
    assert words in scene.output
    assert "is pending" not in scene.output
