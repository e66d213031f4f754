"""One comment a name on a pull request."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.workflows.scripted import Scripted

pytestmark = pytest.mark.slow  # a process or more for each case

ROOT = Path(__file__).parents[2]
LISTING = "gh api repos/{owner}/{repo}/issues/7/comments --paginate"


def say(tmp_path: Path, existing: list[list[dict[str, object]]], page: str) -> list[tuple[str, str]]:
    gh = Scripted(tmp_path / "path")
    environment = gh.provide("gh", answers={LISTING: [json.dumps(existing)], "gh api": ["{}"]})
    command = [sys.executable, "-m", "pipeline.comment", "7", "plan-dev"]
    done = subprocess.run(command, input=page, cwd=ROOT, env=environment, text=True, timeout=60, check=False)
    assert done.returncode == 0
    return gh.calls[1:]


def test_the_first_time_a_comment_is_made(tmp_path: Path) -> None:
    ((call, given),) = say(tmp_path, [[{"id": 1, "body": "looks good"}]], "page")
    assert "issues/7/comments --method POST" in call
    assert json.loads(given) == {"body": "<!-- plan-dev -->\npage"}


def test_the_second_time_it_is_changed_also_when_it_is_on_the_second_page_of_comments(tmp_path: Path) -> None:
    existing: list[list[dict[str, object]]] = [[{"id": 1, "body": "x"}], [{"id": 5, "body": "<!-- plan-dev -->\nold"}]]
    ((call, _),) = say(tmp_path, existing, "page")
    assert "issues/comments/5 --method PATCH" in call


def test_the_comment_of_another_name_is_left_alone(tmp_path: Path) -> None:
    ((call, _),) = say(tmp_path, [[{"id": 5, "body": "<!-- plan-prod -->\nold"}]], "page")
    assert "--method POST" in call


def test_a_page_that_github_would_refuse_is_cut(tmp_path: Path) -> None:
    ((_, given),) = say(tmp_path, [[]], "x" * 100_000)
    body = json.loads(given)["body"]
    assert len(body) < 65_536
    assert body.endswith("in the summary of the run.\n")
