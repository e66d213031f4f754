"""The health gate holds only if nothing was wrong with any pod, for its whole length."""

import io

import pytest

from deploy.cluster import rollout_of
from deploy.idle import why_not_healthy
from deploy.records import Entry
from deploy.run import Run, World
from tests.deploy.account import Account
from tests.deploy.world import Scene

# All of it takes more than two seconds.
pytestmark = pytest.mark.slow


def healthy_seconds(scene: Scene) -> list[str]:
    return [line.split("healthy for ")[1] for line in scene.output.splitlines() if "healthy for " in line]


def test_a_pod_that_restarts_begins_the_gate_again(scene: Scene) -> None:
    scene.settings(gate_seconds=30)
    scene.fault(restart="green")
    assert scene.release("b") == 0, scene.output
    assert "has restarted" in scene.output
    counted = healthy_seconds(scene)
    assert counted.count("0 of 30 s") == 2, "from nought again"
    assert counted[-1] == "30 of 30 s"


def test_a_database_that_goes_away_and_comes_back_begins_the_gate_again(scene: Scene) -> None:
    scene.settings(gate_seconds=30)
    scene.when("exec pod/web-green", database="green")
    scene.when("exec pod/web-green", times=3, database="back")
    assert scene.release("b") == 0, scene.output
    assert "does not reach the database" in scene.output


def test_a_database_that_stays_away_stops_the_release_before_the_flip(scene: Scene) -> None:
    scene.fault(database="green")
    assert scene.release("b") == 25, scene.output
    assert "does not reach the database: command terminated with exit code 1" in scene.output
    assert scene.live == "blue"


def test_a_pod_that_the_load_balancer_does_not_find_healthy_gets_no_users(account: Account, prod: Scene) -> None:
    """Its readiness gate is False, so it is never ready at all."""
    prod.fault(target="green")
    assert prod.release("b") == 25, prod.output
    assert account.weights == {"blue": 100, "green": 0}


MIRROR = "secrets-mirror"


def test_the_mirror_of_the_secrets_is_not_ready_by_a_status_of_before_its_change(account: Account, prod: Scene) -> None:
    prod.settings(start_seconds=20)
    prod.fault(unobserved=MIRROR)
    mirror = prod.thing("Deployment", MIRROR)
    mirror["metadata"]["generation"] += 1
    assert mirror["status"]["readyReplicas"] == mirror["spec"]["replicas"]
    assert prod.release("b") == 29, prod.output
    assert f"{MIRROR} is not ready yet" in prod.output


def test_the_mirror_of_the_secrets_is_not_ready_by_the_pods_of_its_last_template(account: Account, prod: Scene) -> None:
    prod.settings(start_seconds=20)
    mirror = prod.thing("Deployment", MIRROR)
    mirror["spec"]["template"]["metadata"]["annotations"] = {"changed": "by hand"}
    mirror["metadata"]["generation"] += 1
    prod.fault(unready="-")
    assert prod.release("b") == 29, prod.output
    status = prod.thing("Deployment", MIRROR)["status"]
    assert status["readyReplicas"] == mirror["spec"]["replicas"] < status["replicas"]


def test_a_pod_without_a_gate_is_made_again_and_passes_when_the_webhook_is_back(account: Account, prod: Scene) -> None:
    prod.fault(**{"no-gate": "green"})
    prod.when("delete pod", faults={"no-gate": "nobody"})
    assert prod.release("b") == 0, prod.output
    assert "made without a readiness gate: deleted" in prod.output
    assert account.weights == {"blue": 0, "green": 100}


def test_a_pod_of_another_image_does_not_pass_the_gate(released: Scene) -> None:
    """Somebody has given the Deployment another image by hand."""
    run = Run(
        World(released.clock, released.execute, released.answer, io.StringIO(), released.folder), "release", "local"
    )
    run.journal.entry = Entry(image="service:new", to="green")
    assert why_not_healthy(run, rollout_of(run.kubectl, "green"), {}).endswith(f" runs {released.image_of('green')}")
