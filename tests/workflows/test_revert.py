"""The pull request that takes a rolled-back commit out of main, in a real repository."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.workflows.scripted import Scripted

pytestmark = pytest.mark.slow  # a process or more for each case

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


def revert(
    clone: Path, commit: str, path: Path, *, opened: str = "", created: str = "https://github.com/o/r/pull/9"
) -> tuple["subprocess.CompletedProcess[str]", Scripted]:
    gh = Scripted(path)
    environment = gh.provide("gh", answers={"gh pr list": [opened], "gh pr create": [created]})
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
    (listed, _), (call, _) = gh.calls
    assert listed.startswith(f"gh pr list --head {branch} ")
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


def moved_on(clone: Path) -> None:
    """Let main have another commit, and forget the branch here, as a fresh clone does."""
    git(clone, "switch", "--quiet", "main")
    (clone / "other").write_text("newer")
    git(clone, "add", "other")
    git(clone, "commit", "--quiet", "--message", "Go on")


def test_a_second_try_takes_the_branch_of_the_first_which_got_no_pull_request(clone: Path, tmp_path: Path) -> None:
    bad = git(clone, "rev-parse", "main")
    refusal = "error: GitHub Actions is not permitted to create or approve pull requests"
    done, _ = revert(clone, bad, tmp_path / "path", created=refusal)
    assert done.returncode == 1
    assert refusal in done.stderr
    moved_on(clone)
    done, _ = revert(clone, bad, tmp_path / "path")
    assert done.returncode == 0, done.stderr
    assert git(clone, "show", f"origin/revert-{bad[:12]}:file") == "good"
    assert git(clone, "show", f"origin/revert-{bad[:12]}:other") == "newer"


def test_a_pull_request_that_is_open_is_left_to_those_who_work_on_it(clone: Path, tmp_path: Path) -> None:
    bad = git(clone, "rev-parse", "main")
    revert(clone, bad, tmp_path / "path")
    pushed = git(clone, "rev-parse", f"origin/revert-{bad[:12]}")
    moved_on(clone)
    done, gh = revert(clone, bad, tmp_path / "path", opened="https://github.com/o/r/pull/9")
    assert (done.returncode, done.stdout) == (0, "https://github.com/o/r/pull/9\n")
    assert git(clone, "rev-parse", f"origin/revert-{bad[:12]}") == pushed
    assert sum(call.startswith("gh pr create") for call, _ in gh.calls) == 1, "the first"
