"""A way back finds as many pods as users need, or says how many it has; and status says so before."""

import shlex

import pytest

from deploy.names import RELEASE, web
from tests.deploy.account import RULE, Account
from tests.deploy.world import Scene

# All of it takes more than two seconds.
pytestmark = pytest.mark.slow

# The bounds of the autoscalers of overlays/local, and a load that needs more pods than that.
BOUNDS = (2, 3)
MANY = 10


def grown(scene: Scene, load: int) -> Scene:
    """Let the live colour have grown with its load, above its own ceiling; the other one has not."""
    hpa = scene.thing("HorizontalPodAutoscaler", web(scene.live))
    hpa["spec"]["maxReplicas"] = MANY
    scene.content["load"] = load
    scene.clock.sleep(60)
    scene.kubectl(["kubectl", "get", "pods"])
    scene.clock.sleep(60)
    scene.content["commands"] = []
    return scene


def test_a_warm_rollback_gives_the_flip_as_its_third_command_and_starts_no_pod(released: Scene) -> None:
    """One look, the Lease, the flip."""
    assert released.deploy("status") == 0
    assert "rollback: to blue, warm: seconds" in released.output
    released.content["commands"] = []
    pods = released.pods("blue")
    assert released.deploy("rollback") == 0, released.output
    assert released.pods("blue") == pods
    given = [command.split()[2:4] for command in released.commands()]
    assert [each[0] for each in given[:3]] == ["get", "replace", "apply"]
    assert released.commands()[2].endswith("traffic-blue")
    changes = [each for each in given if each[0] in {"apply", "scale", "patch", "create"}]
    assert len(changes) == 2, "the flip and the journal"


def test_a_former_colour_that_is_too_small_grows_first_and_gets_users_after_twenty_seconds(released: Scene) -> None:
    """Pinned at three at the flip; load raised the live colour to ten."""
    grown(released, MANY)
    assert released.deploy("status") == 0
    assert "to blue, 3 of the 10 pods needed" in released.output
    released.content |= {"seconds_to_ready": 120, "commands": []}
    began = released.clock.now()
    assert (released.deploy("rollback"), released.live) == (0, "blue"), released.output
    assert 20 <= released.clock.now() - began < 25
    assert "3 of 10 pods, the rest is starting." in released.output
    assert released.sizes()["blue"] == (MANY, MANY, MANY)
    commands = released.commands()
    assert released.given(f"scale deployment/{web('blue')} --replicas=10") < released.given("traffic-blue")
    assert not any(f"hpa {web('green')}" in command for command in commands)


def test_a_former_colour_that_has_grown_in_time_gets_users_at_once_and_says_nothing_of_pods(released: Scene) -> None:
    grown(released, MANY)
    released.content["seconds_to_ready"] = 5
    began = released.clock.now()
    assert released.deploy("rollback") == 0, released.output
    assert released.clock.now() - began < 15
    assert "the rest is starting" not in released.output


def test_wait_moves_nobody_before_all_pods_are_ready(released: Scene) -> None:
    grown(released, MANY)
    released.content["seconds_to_ready"] = 120
    began = released.clock.now()
    assert (released.deploy("rollback", "--wait"), released.live) == (0, "blue"), released.output
    assert released.clock.now() - began >= 120
    assert "the rest is starting" not in released.output


def test_wait_that_was_in_vain_moves_nobody_and_says_how_many_there_are(released: Scene) -> None:
    grown(released, MANY)
    released.clock.sleep(1000)
    released.content["seconds_to_ready"] = 900
    assert (released.deploy("rollback", "--wait"), released.live) == (44, "green")
    assert "blue has 3 of 10 pods ready after 600 s; traffic was not moved" in released.output


def test_users_never_move_to_a_colour_without_a_pod(released: Scene) -> None:
    """Cold: the first pod is waited for beyond the twenty seconds, and then those that have begun with it."""
    released.kubectl(["kubectl", "scale", f"deployment/{web('blue')}", "--replicas=0"])
    released.content["seconds_to_ready"] = 120
    assert released.deploy("status") == 0
    assert "cold: minutes" in released.output
    began = released.clock.now()
    assert (released.deploy("rollback"), released.live) == (0, "blue"), released.output
    assert released.clock.now() - began >= 120
    assert "blue is cold" in released.output
    assert released.sizes()["blue"][0] == 3
    assert "the rest is starting" not in released.output


def test_a_status_of_before_the_scale_to_zero_does_not_make_the_former_colour_warm(released: Scene) -> None:
    """Three pods are ready, says a controller that has not yet seen that none is wanted."""
    released.fault(unobserved=web("blue"))
    released.kubectl(["kubectl", "scale", f"deployment/{web('blue')}", "--replicas=0"])
    assert released.thing("Deployment", web("blue"))["status"]["readyReplicas"] == 3
    assert released.deploy("status") == 0
    assert "cold: minutes" in released.output
    released.settings(start_seconds=20)
    assert (released.deploy("rollback"), released.live) == (44, "green"), released.output


def test_the_former_colour_grows_with_the_live_one_while_a_release_is_watched(scene: Scene) -> None:
    scene.settings(bake_seconds=60)
    scene.thing("HorizontalPodAutoscaler", web("blue"))["spec"]["maxReplicas"] = MANY
    scene.when("proxy/schema", times=5, load=MANY, ceiling="green")
    assert scene.release("b") == 0, scene.output
    assert scene.sizes()["blue"] == (MANY, MANY, MANY)
    scene.clock.sleep(60)
    assert scene.deploy("rollback") == 0
    assert "the rest is starting" not in scene.output


def test_the_next_release_gives_both_autoscalers_their_bounds_back(released: Scene) -> None:
    grown(released, MANY)
    assert released.deploy("rollback") == 0, released.output
    released.content["load"] = 2
    assert released.bounds("blue") == (MANY, MANY)
    assert released.release("c") == 0, released.output
    assert released.live == "green"
    released.clock.sleep(600)
    assert released.release("d") == 0, released.output
    assert (released.live, released.bounds("blue")) == ("blue", BOUNDS)
    assert released.bounds("green")[1] == BOUNDS[1]


def test_a_release_at_eight_pods_starts_eight_keeps_eight_and_a_later_rollback_finds_eight(scene: Scene) -> None:
    """Eight are more than the ceiling of the overlay: somebody has raised it, and the load is real."""
    grown(scene, 8)
    assert scene.release("b") == 0, scene.output
    assert scene.given(f"scale deployment/{web('green')} --replicas=8") < scene.given(f"exec pod/{web('green')}")
    assert "8 of 8 pods ready" in scene.output
    assert scene.sizes()["green"] == (8, BOUNDS[0], 8), "bounds that are given back take no pod from users"
    scene.clock.sleep(3600)
    assert scene.sizes()["blue"] == (8, 8, 8)
    pods = scene.pods("blue")
    assert scene.deploy("rollback") == 0, scene.output
    assert scene.pods("blue") == pods


def test_the_former_colour_is_pinned_before_it_loses_its_traffic(scene: Scene) -> None:
    scene.release("b")
    assert scene.given(f"patch hpa {web('blue')}") < scene.given("traffic-green")
    assert scene.bounds("blue") == (3, 3)


def test_the_live_colour_gets_its_own_bounds_back_only_after_the_window(scene: Scene) -> None:
    grown(scene, 3)
    scene.settings(rollback_window_seconds=300)
    assert scene.release("b") == 0, scene.output
    reset = max(n for n, command in enumerate(scene.commands()) if f"patch hpa {web('green')}" in command)
    renewals = [n for n, command in enumerate(scene.commands()) if "replace -f" in command]
    assert len([n for n in renewals if n < reset]) > 10, "the window is waited for, the Lease being renewed"
    assert scene.sizes()["green"] == (3, *BOUNDS)


def test_a_release_after_scale_to_zero_starts_pods_again(scene: Scene) -> None:
    scene.settings(after_window="scale-to-zero")
    assert scene.release("b") == 0, scene.output
    assert scene.sizes()["blue"] == (0, *BOUNDS)
    assert not scene.pods("blue")
    assert scene.release("c") == 0, scene.output
    assert (scene.live, scene.sizes()["blue"][0]) == ("blue", 3)


def test_the_pods_of_a_warm_idle_colour_end_first_so_that_all_new_ones_start_together(released: Scene) -> None:
    assert released.release("c") == 0, released.output
    emptied = released.given(f"scale deployment/{web('blue')} --replicas=0")
    assert emptied < released.given("eve@laptop/blue")
    assert "3 of 3 pods ready" in released.output


def test_a_release_to_the_other_colour_is_the_next_one_after_a_rollback(released: Scene) -> None:
    assert released.deploy("rollback") == 0
    assert released.deploy("rollback") == 0, "a second one changes nothing"
    assert released.live == "blue"
    assert released.release("c") == 0, released.output
    assert released.live == "green"


def test_a_rollback_without_a_journal_goes_to_the_other_colour_once(released: Scene) -> None:
    del released.store.objects[f"ConfigMap/{RELEASE}"]
    assert released.deploy("rollback") == 0, released.output
    assert "journal is lost" in released.output
    assert released.deploy("rollback") == 0
    assert released.live == "blue"


def test_a_dry_run_of_a_rollback_shows_the_flip_and_moves_nobody(released: Scene) -> None:
    assert released.deploy("rollback", "--dry-run") == 0, released.output
    assert "traffic-blue   # not run" in released.output
    assert released.live == "green"


def back_in(account: Account, prod: Scene) -> str:
    assert prod.release("b") == 0, prod.output
    assert (prod.deploy("rollback"), prod.live) == (0, "blue"), prod.output
    return prod.output


def test_a_rollback_is_believed_when_the_load_balancer_says_so(account: Account, prod: Scene) -> None:
    assert "Not confirmed" not in back_in(account, prod)
    assert account.weights == {"blue": 100, "green": 0}


def test_without_aws_a_rollback_moves_users_at_once_and_says_that_nobody_has_confirmed_it(
    account: Account, prod: Scene
) -> None:
    assert prod.release("b") == 0, prod.output
    prod.aws, began = None, prod.clock.now()
    assert (prod.deploy("rollback"), prod.live) == (0, "blue"), prod.output
    assert "Not confirmed by the load balancer: aws is not installed here" in prod.output
    assert prod.clock.now() - began < 5


def test_an_aws_that_does_not_answer_leaves_a_rollback_unconfirmed(account: Account, prod: Scene) -> None:
    assert prod.release("b") == 0, prod.output
    account.silent = True
    assert (prod.deploy("rollback"), prod.live) == (0, "blue"), prod.output
    assert "Not confirmed by the load balancer: AWS does not answer" in prod.output


def test_behind_a_load_balancer_the_printed_commands_move_all_traffic_back(account: Account, prod: Scene) -> None:
    assert prod.release("b") == 0, prod.output
    account.down = True
    prod.content["commands"] = []
    assert prod.deploy("rollback", "--break-glass") == 0, prod.output
    lines = [line for line in prod.output.splitlines() if line.startswith(("kubectl", "aws elbv2"))]
    assert lines[0].endswith("kustomize/overlays/prod/traffic-blue")
    words = shlex.split(lines[1])
    assert words[:6] == ["aws", "elbv2", "modify-rule", "--rule-arn", RULE, "--actions"]
    account.asked(words[1:])
    assert account.weights == {"blue": 100, "green": 0}
    assert {command.split()[2] for command in prod.commands()} == {"get"}, "it changes nothing by itself"


def test_without_a_load_balancer_the_traffic_overlay_is_all(released: Scene) -> None:
    assert released.deploy("rollback", "--break-glass") == 0
    assert released.output.splitlines()[-1].endswith("kustomize/overlays/local/traffic-blue")
    assert released.live == "green"


def test_a_release_whose_traffic_was_moved_back_by_hand_stops_and_says_so(scene: Scene) -> None:
    scene.when("proxy/schema", times=3, flip="blue")
    assert scene.release("b") == 42, scene.output
    assert "Somebody else has moved all traffic to blue." in scene.output
    assert scene.live == "blue"


def test_a_release_that_a_rollback_overtook_while_it_baked_has_nothing_left_to_do(scene: Scene) -> None:
    """The rollback is over, and its Lease given back, when the release wants to renew its own."""
    real, rolled = scene.kubectl, Scene(scene.folder)
    rolled.content, rolled.clock, rolled.who = scene.content, scene.clock, "another@machine"

    def kubectl(words: list[str]) -> object:
        if scene.live == "green" and "proxy/schema" in " ".join(words) and not rolled.output:
            rolled.output = "begun"
            assert rolled.deploy("rollback") == 0, rolled.output
        return real(words)

    scene.kubectl = kubectl  # type: ignore[assignment, method-assign]
    assert scene.release("b") == 42
    assert "A rollback took over; nothing to do." in scene.output
    assert (scene.live, scene.journal()["state"]) == ("blue", "rolled-back")
