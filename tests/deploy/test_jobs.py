"""A Job of the release while the tool waits for it: its pod ends before it does, and it may be deleted or collected."""

import pytest

from tests.deploy.world import Scene

# All of it takes more than two seconds.
pytestmark = pytest.mark.slow

MIGRATE = "migrate-bbbbbbbbbbbb"


def gone_at(scene: Scene, look: int) -> None:
    """Let the migrate Job be deleted before the tool looks at it for the time `look`."""
    scene.when(f"get job {MIGRATE}", times=look, delete=f"Job/{MIGRATE}")


def test_a_running_job_that_is_gone_stops_the_release_at_once_and_is_said_to_be_gone(scene: Scene) -> None:
    gone_at(scene, look=2)
    before = scene.clock.now()
    assert scene.release("b") == 20, scene.output
    assert f"{MIGRATE} is gone: it was deleted" in scene.output
    assert scene.clock.now() - before < 30, "not after the limit of a migration"
    assert scene.live == "blue"
    assert scene.release("b", "--resume") == 0, scene.output


def test_a_job_that_was_seen_complete_may_be_collected(scene: Scene) -> None:
    scene.fault(smoke="500")
    assert scene.release("b") == 28
    scene.fault(smoke="")
    gone_at(scene, look=1)
    assert scene.release("b") == 0, scene.output
    assert f"{MIGRATE} is complete" in scene.output
    assert scene.applied().count("migrate") == 1


@pytest.mark.parametrize(
    ("fault", "code", "words"), [("", 0, "todos.0002... OK"), ("no such column", 20, "no such column")]
)
def test_a_pod_that_has_ended_after_minutes_is_not_pending_until_its_job_says_how_it_ended(
    scene: Scene, fault: str, code: int, words: str
) -> None:
    """The tool looks every five seconds: at 300 the pod has ended, and the Job has no condition yet."""
    scene.content["seconds_of_migrate"] = 302
    scene.fault(migrate=fault)
    assert scene.release("b") == code, scene.output
    assert words in scene.output
    assert "been pending" not in scene.output
