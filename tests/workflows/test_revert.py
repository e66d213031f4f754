"""The pull request that takes a rolled-back commit out of main, in a real repository."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.workflows.scripted import Scripted

ROOT = Path(__file__).parents[2]
IDENTITY = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]


def git(folder: Path, *words: str) -> str:
    command = ["git", *IDENTITY, *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=True).stdout.strip()


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone of a repository with a good commit and a bad one."""
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", "origin.git")
    git(tmp_path, "clone", "--quiet", "origin.git", "clone")
    folder = tmp_path / "clone"
    git(folder, "switch", "--quiet", "--create", "main")
    for text in ("good", "bad"):
        (folder / "file").write_text(text)
        git(folder, "add", "file")
        git(folder, "commit", "--quiet", "--message", f"Make it {text}")
    git(folder, "push", "--quiet", "origin", "main")
    return folder


def revert(clone: Path, commit: str, path: Path) -> tuple["subprocess.CompletedProcess[str]", Scripted]:
    gh = Scripted(path)
    environment = gh.provide("gh", answers={"gh pr create": ["https://github.com/o/r/pull/9"]})
    environment |= {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "pipeline.revert", commit, "5 % of requests failed"]
    done = subprocess.run(command, cwd=clone, env=environment, capture_output=True, text=True, timeout=60, check=False)
    return done, gh


def test_the_branch_holds_what_was_before_and_the_pull_request_says_why(clone: Path, tmp_path: Path) -> None:
    done, gh = revert(clone, "HEAD", tmp_path / "path")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "https://github.com/o/r/pull/9\n"
    branch = f"revert-{git(clone, 'rev-parse', 'main')[:12]}"
    assert git(clone, "show", f"origin/{branch}:file") == "good"
    ((call, _),) = gh.calls
    assert f'gh pr create --head {branch} --title Revert "Make it bad"' in call
    assert "5 % of requests failed" in call


def test_a_merge_is_taken_back_to_its_first_parent(clone: Path, tmp_path: Path) -> None:
    git(clone, "switch", "--quiet", "--create", "feature", "main~1")
    (clone / "other").write_text("worse")
    git(clone, "add", "other")
    git(clone, "commit", "--quiet", "--message", "Make it worse")
    git(clone, "switch", "--quiet", "main")
    git(clone, "merge", "--quiet", "--no-ff", "--message", "Merge", "feature")
    done, _ = revert(clone, "HEAD", tmp_path / "path")
    assert done.returncode == 0, done.stderr
    assert not (clone / "other").exists()
    assert (clone / "file").read_text() == "bad"


def test_what_is_no_commit_is_refused_before_anything_is_pushed(clone: Path, tmp_path: Path) -> None:
    for commit in ("main; rm -rf .", "--git-dir", "nowhere"):
        done, gh = revert(clone, commit, tmp_path / "path")
        assert done.returncode != 0
    assert gh.calls == []
    assert git(clone, "branch", "--remotes") == "origin/main"
