"""A Job of the release while the tool waits for it, and after the release was given up: it never acts by itself."""

import pytest

from deploy.names import RELEASE
from tests.deploy.scripted.store import Object
from tests.deploy.test_failures import CODES, failing
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


def job(scene: Scene) -> Object:
    return scene.thing("Job", MIGRATE)


def test_a_migration_without_its_image_does_not_run_by_itself_when_the_image_appears(scene: Scene) -> None:
    """As on a real cluster: minutes later, while another release was at its own migrate step."""
    assert failing(migrate="image-missing")(scene) == CODES["image-missing"]
    assert job(scene)["spec"]["suspend"] is True
    scene.fault(migrate="")
    scene.clock.sleep(3600)
    assert scene.release("c") == 0, scene.output
    assert not scene.store.get("Job", MIGRATE), "the next release removes it"


def test_a_migration_that_outlives_its_time_fails_and_is_there_for_its_alert_an_hour_later(scene: Scene) -> None:
    began = scene.clock.now()
    assert failing(migrate="hang")(scene) == CODES["migration-failed"]
    assert "DeadlineExceeded: Job was active longer than specified deadline" in scene.output
    assert scene.clock.now() - began <= 900
    scene.clock.sleep(3600)
    scene.deploy("status")
    assert job(scene)["status"]["failed"] == 1
    assert job(scene)["spec"]["ttlSecondsAfterFinished"] >= 3600


@pytest.mark.parametrize("fault", ["hang", "image-missing"])
def test_an_interrupted_release_suspends_its_job_and_can_be_resumed(scene: Scene, fault: str) -> None:
    scene.fault(migrate=fault)
    scene.when("get pods -l job-name", interrupt=True)
    assert scene.release("b") == 1
    assert "Interrupted." in scene.output
    assert job(scene)["spec"]["suspend"] is True
    assert (scene.journal()["state"], scene.thing("Lease", RELEASE)["spec"]) == ("stopped", {})
    scene.fault(migrate="")
    assert scene.deploy("release", "--resume") == 0, scene.output


def test_a_release_that_lost_its_lease_to_another_one_leaves_that_one_its_job(scene: Scene) -> None:
    """A laptop sleeps through its Lease; another machine has resumed and joined the same Job."""
    scene.fault(migrate="hang")
    scene.when("get pods -l job-name", steal="release/another@machine/1")
    assert scene.release("b") == CODES["lease-lost"]
    assert "suspend" not in job(scene)["spec"]


@pytest.mark.parametrize("where", ["image-missing", "migrate"])
def test_an_image_that_is_pulled_at_a_later_try_stops_no_release(scene: Scene, where: str) -> None:
    value = "green" if where == "image-missing" else "image-missing"
    assert failing(**{where: value, "image-after": 40})(scene) == 0, scene.output
