"""The throw-away kustomization of a release: image by digest, Jobs by suffix, and the names of all else untouched."""

import copy
import shutil
import subprocess
from pathlib import Path

import pytest

from deploy.checkout import Checkout, Settings
from tests.kustomize.conftest import Renderings
from tests.kustomize.rendering import ENVIRONMENTS, SAMPLE, SOURCE, Rendering, containers, pods, render

DIGEST = "sha256:" + "0123456789abcdef" * 4
REPOSITORY = "111122223333.dkr.ecr.us-east-1.amazonaws.com/todo"


def released(folder: Path, environment: str, part: str, *, job: bool = False) -> Rendering:
    """Render an overlay with the image, as the release tool writes it into a folder of its own."""
    (folder / "kustomize").symlink_to(SOURCE)
    written = Checkout(folder, environment, "release").with_image(part, f"{REPOSITORY}@{DIGEST}", job=job)
    return render(Path(written).resolve())


@pytest.mark.parametrize("part", ["green", "prune"])
def test_every_pod_of_a_release_runs_the_digest(tmp_path: Path, part: str) -> None:
    rendering = released(tmp_path, SAMPLE, part)
    images = [each["image"] for _, template in pods(rendering.objects) for each in containers(template)]
    assert images == [f"{REPOSITORY}@{DIGEST}"]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("part", ["migrate", "smoke-blue"])
def test_a_job_runs_the_digest_is_named_by_it_and_is_the_overlay_s_else(
    renderings: Renderings, tmp_path: Path, environment: str, part: str
) -> None:
    wanted = copy.deepcopy(renderings[environment, part].one("Job"))
    wanted["metadata"]["name"] = f"{part}-0123456789ab"
    wanted["spec"]["template"]["spec"]["containers"][0]["image"] = f"{REPOSITORY}@{DIGEST}"
    assert released(tmp_path, environment, part, job=True).objects == (wanted,)


@pytest.mark.skipif(shutil.which("make") is None, reason="make is missing: apt-get install make")
@pytest.mark.parametrize(("words", "part"), [(["COLOUR=blue"], "blue"), (["PART=traffic-green"], "traffic-green")])
def test_make_render_prints_what_will_run(renderings: Renderings, words: list[str], part: str) -> None:
    # -o: the environment is the one that this test runs in.
    command = ["make", "-s", "-o", ".venv/test", "render", f"ENV={SAMPLE}", *words]
    done = subprocess.run(command, cwd=SOURCE.parent, capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout == renderings[SAMPLE, part].text, done.stderr


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_a_job_ends_by_itself_before_a_release_gives_it_up(renderings: Renderings, environment: str) -> None:
    """With the seconds that its pod then has to end. One that is given up acts no more."""
    settings = Settings.read(SOURCE.parent / "deploy" / "release.ini", environment)
    for part, seconds in (("migrate", settings.migrate_seconds), ("smoke-blue", settings.smoke_seconds)):
        spec = renderings[environment, part].one("Job")["spec"]
        grace = spec["template"]["spec"].get("terminationGracePeriodSeconds", 30)
        assert spec["activeDeadlineSeconds"] + grace <= seconds


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_a_migration_that_failed_is_there_for_its_alert_and_its_runbook(
    renderings: Renderings, environment: str
) -> None:
    assert renderings[environment, "migrate"].one("Job")["spec"]["ttlSecondsAfterFinished"] >= 12 * 3600
