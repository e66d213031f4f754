"""An image is pushed once; a repeated run releases the same bytes."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.workflows.scripted import Scripted

pytestmark = pytest.mark.slow  # a process or more for each case

ROOT = Path(__file__).parents[2]
REPOSITORY = "111122223333.dkr.ecr.eu-central-1.amazonaws.com/todo"
DIGEST = "sha256:" + "a" * 64
LOOK = "aws ecr describe-images --repository-name todo --image-ids imageTag=abc123"
# As the AWS CLI says it, with status 254.
ABSENT = "error: An error occurred (ImageNotFoundException) when calling the DescribeImages operation: …"
REFUSED = "error: An error occurred (AccessDeniedException) when calling the DescribeImages operation: …"


def run(tmp_path: Path, image: str, answers: list[str]) -> tuple["subprocess.CompletedProcess[str]", list[str], str]:
    tools = Scripted(tmp_path / "path")
    output = tmp_path / "output"
    environment = tools.provide("aws", "docker", answers={LOOK: answers, "docker": [""]})
    command = [sys.executable, "-m", "pipeline.image_publication", image, REPOSITORY, "abc123"]
    environment["GITHUB_OUTPUT"] = str(output)
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)
    return done, [call for call, _ in tools.calls], output.read_text() if output.exists() else ""


def test_a_new_image_is_pushed_and_its_digest_handed_on(tmp_path: Path) -> None:
    done, calls, output = run(tmp_path, "service:dev", [ABSENT, DIGEST])
    assert done.returncode == 0, done.stderr
    assert calls[1:3] == [f"docker tag service:dev {REPOSITORY}:abc123", f"docker push --quiet {REPOSITORY}:abc123"]
    assert output == f"digest={DIGEST}\n"


def test_a_tag_that_is_taken_is_not_pushed_over(tmp_path: Path) -> None:
    done, calls, output = run(tmp_path, "service:dev", [DIGEST])
    assert done.returncode == 0
    assert not any(call.startswith("docker") for call in calls)
    assert output == f"digest={DIGEST}\n"


@pytest.mark.parametrize(("answer", "digest"), [(ABSENT, ""), (DIGEST, DIGEST)])
def test_looking_pushes_nothing(answer: str, digest: str, tmp_path: Path) -> None:
    done, calls, output = run(tmp_path, "find", [answer])
    assert done.returncode == 0
    assert len(calls) == 1
    assert output == f"digest={digest}\n"


def test_a_registry_that_does_not_answer_is_a_failure_and_no_empty_digest(tmp_path: Path) -> None:
    done, _, output = run(tmp_path, "find", [REFUSED])
    assert done.returncode != 0
    assert "AccessDeniedException" in done.stderr
    assert output == ""
