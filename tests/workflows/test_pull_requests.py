"""On pull requests: one comment a name, and the pull request that takes a rolled-back commit out of main."""

import json
import shutil
from pathlib import Path

import pytest

from pipeline.revert import revert
from tests.workflows.conftest import Programs, git, started

pytestmark = pytest.mark.slow  # some thirty runs of git

# ── comments ─────────────────────────────────────────────────────────────────────────────────────────────────────────
LISTING = "gh api repos/{owner}/{repo}/issues/7/comments --paginate"


def say(programs: Programs, existing: list[list[dict[str, object]]], page: str = "page") -> tuple[str, str]:
    """Comment where these pages of comments are; return the call that changed something, and its input."""
    programs.answers = {LISTING: [json.dumps(existing)], "gh api": ["{}"]}
    assert started("comment", "7", "plan-dev", given=page) == 0
    (_, changing) = programs.calls
    return changing


def test_the_first_time_a_comment_is_made(programs: Programs) -> None:
    call, given = say(programs, [[{"id": 1, "body": "looks good"}]])
    assert "issues/7/comments --method POST" in call
    assert json.loads(given) == {"body": "<!-- plan-dev -->\npage"}


def test_the_second_time_it_is_changed_also_when_it_is_on_the_second_page_of_comments(programs: Programs) -> None:
    call, _ = say(programs, [[{"id": 1, "body": "x"}], [{"id": 5, "body": "<!-- plan-dev -->\nold"}]])
    assert "issues/comments/5 --method PATCH" in call


def test_the_comment_of_another_name_is_left_alone(programs: Programs) -> None:
    call, _ = say(programs, [[{"id": 5, "body": "<!-- plan-prod -->\nold"}]])
    assert "--method POST" in call


def test_a_page_that_github_would_refuse_is_cut(programs: Programs) -> None:
    _, given = say(programs, [[]], "x" * 100_000)
    body = json.loads(given)["body"]
    assert len(body) < 65_536
    assert body.endswith("in the summary of the run.\n")


# ── reverts, in a real repository ────────────────────────────────────────────────────────────────────────────────────
OPENED = "https://github.com/o/r/pull/9"


def commit(folder: Path, file: str, text: str) -> None:
    (folder / file).write_text(text)
    git(folder, "add", file)
    git(folder, "commit", "--quiet", "--message", f"Make it {text}")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with a good commit and a bad one, and its clone."""
    folder = tmp_path_factory.mktemp("made")
    git(folder, "init", "--quiet", "--bare", "--initial-branch=main", "origin.git")
    git(folder, "init", "--quiet", "--initial-branch=main", "clone")
    git(folder / "clone", "remote", "add", "origin", "../origin.git")
    commit(folder / "clone", "file", "good")
    commit(folder / "clone", "file", "bad")
    git(folder / "clone", "push", "--quiet", "origin", "main")
    return folder


@pytest.fixture
def clone(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the clone and of its origin; the tests stand in it."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path / "clone")
    return tmp_path / "clone"


@pytest.fixture
def github(programs: Programs) -> Programs:
    """GitHub without a pull request, which opens one when asked."""
    programs.answers = {"gh pr list": [""], "gh pr create": [OPENED]}
    return programs


def test_the_branch_holds_what_was_before_and_the_pull_request_says_why(
    clone: Path, github: Programs, capsys: pytest.CaptureFixture[str]
) -> None:
    assert started("revert", "HEAD", "5 % of requests failed") == 0
    assert capsys.readouterr().out == f"{OPENED}\n"
    branch = f"revert-{git(clone, 'rev-parse', 'main')[:12]}"
    assert git(clone, "show", f"origin/{branch}:file") == "good"
    (listed, _), (call, _) = github.calls
    assert listed.startswith(f"gh pr list --head {branch} ")
    assert f'gh pr create --head {branch} --title Revert "Make it bad"' in call
    assert "5 % of requests failed" in call


def test_a_merge_is_taken_back_to_its_first_parent(clone: Path, github: Programs) -> None:
    git(clone, "switch", "--quiet", "--create", "feature", "main~1")
    commit(clone, "other", "worse")
    git(clone, "switch", "--quiet", "main")
    git(clone, "merge", "--quiet", "--no-ff", "--message", "Merge", "feature")
    assert revert("HEAD", "why") == OPENED
    assert not (clone / "other").exists()
    assert (clone / "file").read_text() == "bad"


@pytest.mark.parametrize("word", ["main; rm -rf .", "--git-dir", "nowhere"])
def test_what_is_no_commit_is_refused_before_anything_is_pushed(clone: Path, github: Programs, word: str) -> None:
    assert started("revert", word, "why") == 1
    assert github.calls == []
    assert git(clone, "branch", "--remotes") == "origin/main"


def moved_on(clone: Path) -> None:
    """Let main have another commit, and leave the branch, as a fresh clone does."""
    git(clone, "switch", "--quiet", "main")
    commit(clone, "other", "newer")


def test_a_second_try_takes_the_branch_of_the_first_which_got_no_pull_request(
    clone: Path, github: Programs, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = git(clone, "rev-parse", "main")
    github.answers["gh pr create"] = ["error: GitHub Actions is not permitted to create or approve pull requests"]
    assert started("revert", bad, "why") == 1
    assert "is not permitted" in capsys.readouterr().err
    moved_on(clone)
    github.answers["gh pr create"] = [OPENED]
    assert revert(bad, "why") == OPENED
    assert git(clone, "show", f"origin/revert-{bad[:12]}:file") == "good"
    assert git(clone, "show", f"origin/revert-{bad[:12]}:other") == "newer"


def test_a_pull_request_that_is_open_is_left_to_those_who_work_on_it(clone: Path, github: Programs) -> None:
    bad = git(clone, "rev-parse", "main")
    revert(bad, "why")
    pushed = git(clone, "rev-parse", f"origin/revert-{bad[:12]}")
    moved_on(clone)
    github.answers["gh pr list"] = [OPENED]
    assert revert(bad, "why") == OPENED
    assert git(clone, "rev-parse", f"origin/revert-{bad[:12]}") == pushed
    assert sum(call.startswith("gh pr create") for call, _ in github.calls) == 1, "the first"
