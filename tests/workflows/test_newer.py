"""After a late approval an older image is refused; a repeated run and a first release are not."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.names import COLOUR, NAMESPACE
from deploy.names import LIVE as LABEL
from environments import with_account
from tests.workflows.scripted import Scripted

pytestmark = pytest.mark.slow  # a process or more for each case

ROOT = Path(__file__).parents[2]
ENVIRONMENT = with_account()[-1].name
LIVE, OLDER, NEWER = (f"sha256:{letter * 64}" for letter in "bac")
KUBECTL = f"kubectl --namespace {NAMESPACE} get --output json"
INGRESS = json.dumps({"items": [{"metadata": {"labels": {LABEL: "green"}}}]})
GREEN = json.dumps(
    {"items": [{"spec": {"template": {"spec": {"containers": [{"image": f"registry/x@{LIVE}"}]}}}}]}
)  # fmt: skip
# With the CLI's own offset: both come from one registry, so that they sort as text.
PUSHED = {OLDER: "2026-11-30T09:00:00+00:00", LIVE: "2026-11-30T10:00:00+00:00", NEWER: "2026-11-30T11:00:00+00:00"}


def asked(tmp_path: Path, digest: str, **changed: str) -> tuple[int, str, list[str]]:
    """Ask about a digest; return status, stderr and the calls."""
    tools = Scripted(tmp_path / "path")
    host, _, repository = with_account()[-1].account()["IMAGE_REPOSITORY"].partition("/")
    registry = (
        f"aws ecr describe-images --registry-id {host[:12]} --repository-name {repository} --image-ids imageDigest="
    )
    answers = {f"{KUBECTL} ingress": [INGRESS], f"{KUBECTL} deployment --selector {COLOUR}=green": [GREEN]}
    answers |= {registry + each: [at] for each, at in PUSHED.items()}
    answers |= {f"{KUBECTL} {kind}": [said] for kind, said in changed.items()}
    command = [sys.executable, "-m", "pipeline.newer", ENVIRONMENT, digest]
    environment = tools.provide("kubectl", "aws", answers=answers)
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        start_new_session=True,
    )
    return done.returncode, done.stderr, [call for call, _ in tools.calls]


def test_an_older_image_is_refused_with_both_times_and_the_way_back(tmp_path: Path) -> None:
    status, said, _ = asked(tmp_path, OLDER)
    assert status == 1
    assert PUSHED[OLDER] in said
    assert PUSHED[LIVE] in said
    assert f"make rollback ENV={ENVIRONMENT}" in said


def test_a_newer_image_goes_on(tmp_path: Path) -> None:
    assert asked(tmp_path, NEWER)[0] == 0


def test_the_live_image_goes_on_and_the_registry_is_not_asked(tmp_path: Path) -> None:
    status, _, calls = asked(tmp_path, LIVE)
    assert status == 0
    assert not [call for call in calls if call.startswith("aws")]


def test_the_first_release_goes_on(tmp_path: Path) -> None:
    assert asked(tmp_path, OLDER, ingress='{"items": []}')[0] == 0


@pytest.mark.parametrize("kind", ["ingress", "deployment"])
def test_a_cluster_that_does_not_answer_stops_the_release(tmp_path: Path, kind: str) -> None:
    said = "error: You must be logged in to the server"
    selector = f" --selector {COLOUR}=green" if kind == "deployment" else ""
    status, errors, _ = asked(tmp_path, NEWER, **{f"{kind}{selector}": said})
    assert status == 1
    assert "logged in" in errors
