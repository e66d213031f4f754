"""What was released carries a tag that the registry's lifecycle keeps; a repeated run changes nothing."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from environments import ROOT, load, with_account
from tests.workflows.scripted import Scripted

pytestmark = pytest.mark.slow  # a process or more for each case

ENVIRONMENT = with_account()[-1].name
HOST, _, NAME = load()[ENVIRONMENT].account()["IMAGE_REPOSITORY"].partition("/")
DIGEST = f"sha256:{'a' * 64}"
WHERE = f"--registry-id {HOST.partition('.')[0]} --repository-name {NAME}"
FOUND = json.dumps({"images": [{"imageManifest": '{"layers": []}', "imageManifestMediaType": "application/x"}]})


def tagged(tmp_path: Path, put: str, digest: str = DIGEST) -> tuple[subprocess.CompletedProcess[str], list[str]]:
    tools = Scripted(tmp_path / "path")
    answers = {"aws ecr batch-get-image": [FOUND], "aws ecr put-image": [put]}
    done = subprocess.run(
        [sys.executable, "-m", "pipeline.released", ENVIRONMENT, digest],
        cwd=ROOT,
        env=tools.provide("aws", answers=answers),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        start_new_session=True,
    )
    return done, [call for call, _ in tools.calls]


@pytest.mark.parametrize("put", ["{}", "error: An error occurred (ImageAlreadyExistsException)"])
def test_an_image_gets_one_tag_an_environment_and_keeps_its_manifest(tmp_path: Path, put: str) -> None:
    done, calls = tagged(tmp_path, put)
    assert (done.returncode, done.stdout) == (0, f"released-{ENVIRONMENT}-{'a' * 12}\n")
    assert calls == [
        f"aws ecr batch-get-image {WHERE} --image-ids imageDigest={DIGEST}",
        f"aws ecr put-image {WHERE} --image-tag released-{ENVIRONMENT}-{'a' * 12} --image-digest {DIGEST} "
        '--image-manifest {"layers": []} --image-manifest-media-type application/x',
    ]


def test_a_registry_that_refuses_fails_the_job(tmp_path: Path) -> None:
    done, _ = tagged(tmp_path, "error: An error occurred (AccessDeniedException)")
    assert done.returncode == 1
    assert "AccessDenied" in done.stderr


def test_the_lifecycle_keeps_what_has_the_tag() -> None:
    assert 'tagPatternList = ["released-*"]' in (ROOT / "terraform/modules/registry/main.tf").read_text()
