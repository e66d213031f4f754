"""A colour has as many pods as its users need: before its gate, at the flip, and when they come back."""

import pytest

from tests.deploy.world import Scene

# All of it takes more than two seconds.
pytestmark = pytest.mark.slow

# The autoscaler of overlays/local keeps two pods at least.
FLOOR = 2


def grown(scene: Scene, load: int) -> Scene:
    """Let the live colour need more pods than its autoscaler's ceiling allows by default."""
    for colour in ("blue", "green"):
        if scene.store.get("HorizontalPodAutoscaler", f"todo-{colour}"):
            scene.kubectl(
                ["kubectl", "patch", "hpa", f"todo-{colour}", "--type", "merge", "-p", '{"spec":{"maxReplicas":10}}']
            )
    scene.change(load=load)
    return scene


def test_the_idle_colour_is_as_large_as_the_live_one_before_its_gate(scene: Scene) -> None:
    grown(scene, 8)
    scene.when("exec pod/todo-green", **{"look-here": True})
    assert scene.release("b") == 0, scene.output
    first_look = next(n for n, command in enumerate(scene.commands()) if "exec pod/todo-green" in command)
    scaled = next(
        n for n, command in enumerate(scene.commands()) if "scale deployment/todo-green --replicas=8" in command
    )
    assert scaled < first_look
    assert "8 of 8 pods ready" in scene.output


def test_a_rollback_after_a_flip_at_eight_replicas_finds_eight(scene: Scene) -> None:
    grown(scene, 8)
    assert scene.release("b") == 0, scene.output
    scene.clock.sleep(3600)
    assert scene.sizes()["blue"] == (8, 8)
    pods = scene.pods("blue")
    assert scene.deploy("rollback") == 0, scene.output
    assert scene.pods("blue") == pods


def test_the_former_colour_is_pinned_before_it_loses_its_traffic(scene: Scene) -> None:
    scene.release("b")
    commands = scene.commands()
    pinned = next(
        n
        for n, command in enumerate(commands)
        if 'patch hpa todo-blue --type merge -p {"spec":{"minReplicas":3}}' in command
    )
    flipped = next(n for n, command in enumerate(commands) if command.endswith("traffic-green"))
    assert pinned < flipped


def test_the_live_colour_gets_its_own_floor_back_only_after_the_window(scene: Scene) -> None:
    grown(scene, 5)
    scene.release_file(rollback_window_seconds=300)
    assert scene.release("b") == 0, scene.output
    commands = scene.commands()
    reset = next(
        n
        for n, command in enumerate(commands)
        if f'todo-green --type merge -p {{"spec":{{"minReplicas":{FLOOR}}}}}' in command
    )
    renewals = [n for n, command in enumerate(commands) if "replace -f" in command]
    assert len([n for n in renewals if n < reset]) > 10, "the window is waited for, the Lease being renewed"
    assert scene.sizes()["green"] == (5, FLOOR)


def test_a_release_after_scale_to_zero_starts_pods_again(scene: Scene) -> None:
    scene.release_file(after_window="scale-to-zero")
    assert scene.release("b") == 0, scene.output
    assert scene.sizes()["blue"] == (0, FLOOR)
    assert not scene.pods("blue")
    assert scene.release("c") == 0, scene.output
    assert scene.live == "blue"
    assert scene.sizes()["blue"][0] == 3


def test_a_cold_rollback_says_so_and_starts_the_pods_before_it_moves_anybody(scene: Scene) -> None:
    scene.release_file(after_window="scale-to-zero")
    scene.release("b")
    assert scene.deploy("status") == 0
    assert "cold: minutes" in scene.output
    assert scene.deploy("rollback") == 0, scene.output
    assert "blue is cold" in scene.output
    assert (scene.live, scene.sizes()["blue"][0]) == ("blue", 3)


def test_a_warm_rollback_starts_no_pod_and_says_so_before(released: Scene) -> None:
    assert released.deploy("status") == 0
    assert "warm: seconds" in released.output
    pods = released.pods("blue")
    assert released.deploy("rollback") == 0
    assert released.pods("blue") == pods
    changes = [
        command for command in released.commands() if command.split()[2] in {"apply", "scale", "patch", "create"}
    ]
    assert [command.rpartition("/")[2] for command in changes] == ["traffic-blue", "journal.json"]


@pytest.mark.parametrize("command", ["rollback", "release"])
def test_an_autoscaler_s_ceiling_is_no_obstacle(scene: Scene, command: str) -> None:
    grown(scene, 8)
    assert scene.release("b") == 0, scene.output
    assert scene.sizes()["green"][0] == 8


def test_the_pods_of_a_warm_idle_colour_end_first_so_that_all_new_ones_start_together(released: Scene) -> None:
    assert released.release("c") == 0, released.output
    commands = released.commands()
    emptied = next(n for n, command in enumerate(commands) if "scale deployment/todo-blue --replicas=0" in command)
    applied = next(n for n, command in enumerate(commands) if " apply -k " in command and command.endswith("/blue"))
    assert emptied < applied
    assert "3 of 3 pods ready" in released.output


def test_a_first_release_has_no_live_colour_to_empty(empty: Scene) -> None:
    assert empty.release("a", "--first") == 0
    assert not any("--replicas=0" in command for command in empty.commands())


def test_a_status_of_before_the_scale_to_zero_does_not_make_the_former_colour_warm(released: Scene) -> None:
    """Three pods are ready, says a controller that has not yet seen that none is wanted."""
    released.fault(unobserved="todo-blue")
    released.kubectl(["kubectl", "scale", "deployment/todo-blue", "--replicas=0"])
    assert released.thing("Deployment", "todo-blue")["status"]["readyReplicas"] == 3
    assert released.deploy("status") == 0
    assert "cold: minutes" in released.output
    released.release_file(start_seconds=20)
    assert (released.deploy("rollback"), released.live) == (44, "green"), released.output
