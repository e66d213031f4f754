"""The status says what is live, what a rollback would find, and what is under way."""

import json

from tests.deploy.world import Scene, image


def test_an_empty_cluster_has_nothing_live(empty: Scene) -> None:
    assert empty.deploy("status") == 0
    assert "local: nothing is live" in empty.output


def test_after_a_first_release_there_is_nothing_to_return_to(scene: Scene) -> None:
    assert scene.deploy("status") == 0
    assert "there is nothing to return to" in scene.output


def test_after_a_rollback_there_is_nothing_to_return_to_either(released: Scene) -> None:
    released.deploy("rollback")
    released.deploy("status", "--json")
    status = json.loads(released.output.splitlines()[-1])
    assert (status["live"], status["rollback"]) == ("blue", "none")
    assert status["release"]["state"] == "rolled-back"


def test_images_and_sizes_are_told_by_colour(released: Scene) -> None:
    released.deploy("status", "--json")
    status = json.loads(released.output.splitlines()[-1])
    assert status["colours"]["blue"] == {"image": image("a"), "size": 3, "ready": 3, "floor": 3}
    assert (status["rollback"], status["warm"]) == ("blue", True)


def test_following_ends_with_the_release(scene: Scene) -> None:
    """Of two processes; here the other one's end comes with time."""
    scene.when("exec pod/todo-green", away=600)
    assert scene.release("b") == 41
    assert scene.journal()["state"] == "running"
    scene.clock.sleep(600)
    real, looks = scene.kubectl, []

    def kubectl(words: list[str]) -> object:
        looks.append(words)
        if len(looks) == 4:
            objects = scene.store.objects
            objects["ConfigMap/todo-release"]["data"]["state"] = "finished"
            scene.change(objects=objects)
        return real(words)

    scene.kubectl = kubectl  # type: ignore[assignment, method-assign]
    assert scene.deploy("status", "--follow") == 0
    assert "running at step gate" in scene.output
    assert "finished" in scene.output
    assert len(looks) == 4
