"""status says which colour is live, what a rollback would find, and whether a release is at work."""

import pytest

from tests.deploy.test_failures import killed_at
from tests.deploy.world import Scene, next_command

# All of it takes more than two seconds.
pytestmark = pytest.mark.slow


def test_an_empty_cluster_has_nothing_live(empty: Scene) -> None:
    assert empty.deploy("status") == 0
    assert "local: nothing is live" in empty.output


@pytest.mark.parametrize("after", ["first", "rollback"])
def test_after_a_first_release_or_a_rollback_there_is_nothing_to_return_to(
    scene: Scene, released: Scene, after: str
) -> None:
    there = scene if after == "first" else released
    if after == "rollback":
        assert there.deploy("rollback") == 0
    assert there.deploy("status") == 0
    assert "there is nothing to return to" in there.output


def test_images_and_sizes_are_told_by_colour(released: Scene) -> None:
    released.deploy("status")
    assert "  blue   idle  3 of 3 ready, 3 to 3  " in released.output
    assert "  green  live  3 of 3 ready, 2 to 3  " in released.output
    assert f"{released.image_of('green')} to green: finished" in released.output


def test_a_release_that_lives_is_told_from_one_that_died_by_its_last_sign_of_life(scene: Scene) -> None:
    killed_at(scene, "proxy/schema")
    scene.clock.sleep(-31)
    scene.deploy("status")
    assert "at work:  release/eve@laptop gave its last sign of life" in scene.output
    assert "dead" not in scene.output
    scene.clock.sleep(60)
    scene.deploy("status")
    assert "dead: resume or roll back (release/eve@laptop gave its last sign of life" in scene.output
    assert next_command(scene.output).startswith("python3 -m deploy release --env local --resume")


def test_following_ends_when_the_lease_of_a_dead_release_runs_out(scene: Scene) -> None:
    killed_at(scene, "proxy/schema")
    scene.clock.sleep(-61)
    began = scene.clock.now()
    assert scene.deploy("status", "--follow") == 0
    assert "dead: resume or roll back" in scene.output
    assert 30 < scene.clock.now() - began < 70


def test_following_ends_with_the_release(scene: Scene) -> None:
    """Of two processes; here the other one's end comes with time."""
    killed_at(scene, "proxy/schema")
    scene.clock.sleep(-61)
    scene.content["commands"] = []
    scene.when("get ingresses", times=3, finished=True)
    assert scene.deploy("status", "--follow") == 0
    assert "running at step bake" in scene.output
    assert "finished" in scene.output
    assert len(scene.commands()) == 3
