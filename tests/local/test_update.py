"""`make update` merges what upstream changed since, and moves nothing unless all is green."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from local.refusal import Refusal
from local.update import PLACE, Update

MAKEFILE = """\
environment openapi golden cost monitoring:
\t@test $@ != openapi || sed -n 's/.*"name": /names /p' project.json > docs/openapi.yaml
quick:
\t@test ! -e broken
"""
FILES = {
    "Makefile": MAKEFILE,
    ".gitignore": ".local/\n.venv/\n",
    "project.json": json.dumps({"name": "todo", "title": "Todo", "repository": "https://git.test/todo"}),
    "README.md": "# Todo\n",
    "LICENSE": "Copyright (c) 2026 The todo-service authors\n",
    "app.py": "".join(f"line {n}\n" for n in range(20)),
    "docs/wake.md": "aws rds wake todo-dev\n\n\n\n\nThen look.\n",
    "docs/openapi.yaml": 'names "todo",\n',
    "docs/changes.md": "# Changes\n",
    "kustomize/overlays/dev/values/values.env": "# An example until then\nCLUSTER_NAME=todo-dev\n",
    "pattern/bench.py": "fast\n",
    "pattern/deep/tool.py": "tool\n",
    "todos/models.py": "class Todo: ...\n",
    **{f"requirements/{name}.txt": "django\n" for name in ("main", "local", "dev")},
}

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def only_these_settings_of_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gitconfig").write_text("[user]\nname = Ada\nemail = ada@example.com\n[init]\ndefaultBranch = main\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    for name in [name for name in os.environ if name.startswith("GIT_") and name != "GIT_CONFIG_GLOBAL"]:
        monkeypatch.delenv(name)


def git(root: Path, *words: str) -> str:
    return subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=True, timeout=60).stdout


def commit(root: Path, files: dict[str, str | None], message: str = "a change") -> str:
    for path, text in files.items():
        if text is None:
            (root / path).unlink()
            continue
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", message)
    return git(root, "rev-parse", "HEAD").strip()


@pytest.fixture
def upstream(tmp_path: Path) -> Path:
    root = tmp_path / "upstream"
    git(tmp_path, "init", "--quiet", str(root))
    commit(root, dict(FILES))
    return root


def named(upstream: Path, **changes: str | None) -> dict[str, str | None]:
    """Return the changes of a client: named, without pattern/ and the example, with an edit of its own."""
    base = git(upstream, "rev-parse", "HEAD").strip()
    project = {"name": "acme", "title": "Acme", "repository": "https://git.test/acme"}
    project |= {"upstream": str(upstream), "upstream_commit": base}
    return {
        "project.json": json.dumps(project, indent=2) + "\n",
        "README.md": "# Acme\n",
        "CHANGELOG.md": "Ours\n",
        "LICENSE": FILES["LICENSE"] + "Copyright (c) 2026 The Acme authors\n",
        "app.py": FILES["app.py"].replace("line 2\n", "line 2 of Acme\n"),
        "docs/wake.md": "aws rds wake acme-dev\n\n\n\n\nThen look.\n",
        "docs/openapi.yaml": 'names "acme",\n',
        "kustomize/overlays/dev/values/values.env": "# An example until then\nCLUSTER_NAME=acme-dev\n",
        "pattern/bench.py": None,
        "pattern/deep/tool.py": None,
        "todos/models.py": None,
        "orders/models.py": "class Order: ...\n",
        **changes,
    }


def with_history(tmp_path: Path, upstream: Path) -> Path:
    git(tmp_path, "clone", "--quiet", str(upstream), "clone")
    commit(tmp_path / "clone", named(upstream), "Name the service")
    return tmp_path / "clone"


def with_fresh_history(tmp_path: Path, upstream: Path) -> Path:
    git(tmp_path, "init", "--quiet", "clone")
    commit(tmp_path / "clone", {path: text for path, text in (FILES | named(upstream)).items() if text}, "Acme")
    return tmp_path / "clone"


@pytest.fixture
def clone(request: pytest.FixtureRequest, tmp_path: Path, upstream: Path) -> Path:
    """A client whose history begins with the service, or, where a test is marked so, the one of each kind."""
    made: Callable[[Path, Path], Path] = getattr(request, "param", with_fresh_history)
    return made(tmp_path, upstream)


each_history = pytest.mark.parametrize(
    "clone", [with_history, with_fresh_history], ids=lambda made: made.__name__, indirect=True
)


def newer(upstream: Path) -> str:
    """Let upstream make two commits; return the second."""
    commit(
        upstream,
        {
            "app.py": FILES["app.py"].replace("line 17\n", "line 17, fixed\n"),
            "README.md": "# Todo, better\n",
            "LICENSE": "Copyright (c) 2027 The todo-service authors\n",
            "docs/wake.md": "aws rds wake todo-dev --region us-east-1\n\n\n\n\nThen look at todo-prod.\n",
            "docs/openapi.yaml": 'names "todo", newer\n',
            "docs/changes.md": "# Changes\n\n## New\n",
            "kustomize/overlays/prod/values/values.env": "# An example until then\nCLUSTER_NAME=todo-prod\n",
            "project.json": FILES["project.json"].replace("}", ', "support": "mail"}'),
        },
    )
    return commit(
        upstream,
        {
            "pattern/bench.py": "faster\n",
            "pattern/deep/new.py": "new\n",
            "todos/models.py": "class Todo: pass\n",
            "todos/admin.py": "admin\n",
            "new/room.py": "room\n",
        },
    )


def state(root: Path) -> tuple[str, str, str]:
    return git(root, "rev-parse", "HEAD"), git(root, "status", "--porcelain"), git(root, "symbolic-ref", "HEAD")


def refusal(root: Path) -> str:
    before = state(root)
    with pytest.raises(Refusal) as refused:
        Update(root).run()
    assert state(root) == before
    return str(refused.value)


@each_history
def test_what_upstream_changed_arrives_and_what_the_client_made_stays(
    clone: Path, upstream: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    theirs = newer(upstream)
    Update(clone).run()
    read = {path: (clone / path).read_text() for path in git(clone, "ls-files").split()}
    assert "line 2 of Acme\n" in read["app.py"]
    assert "line 17, fixed\n" in read["app.py"]
    assert (read["README.md"], read["CHANGELOG.md"]) == ("# Acme\n", "Ours\n")
    assert read["LICENSE"] == FILES["LICENSE"] + "Copyright (c) 2026 The Acme authors\n"
    assert read["docs/wake.md"] == "aws rds wake acme-dev --region us-east-1\n\n\n\n\nThen look at acme-prod.\n"
    assert read["docs/openapi.yaml"] == 'names "acme",\n', "written again, and no conflict"
    assert read["kustomize/overlays/prod/values/values.env"].endswith("CLUSTER_NAME=acme-prod\n")
    assert read["new/room.py"] == "room\n"
    assert [path for path in read if path.startswith(("pattern/", "todos/"))] == []
    project = json.loads(read["project.json"])
    assert (project["name"], project["support"], project["upstream_commit"]) == ("acme", "mail", theirs)
    assert git(clone, "status", "--porcelain") == ""
    assert len(git(clone, "worktree", "list").splitlines()) == 1
    shown = capsys.readouterr().out
    assert "stay removed:\n  pattern/\n  todos/\n" in shown
    assert "git diff HEAD~1 docs/changes.md" in shown


def test_the_history_of_upstream_is_joined_only_where_it_was_before(tmp_path: Path, upstream: Path) -> None:
    kept, fresh = with_history(tmp_path, upstream), tmp_path / "fresh"
    fresh.mkdir()
    fresh = with_fresh_history(fresh, upstream)
    theirs = newer(upstream)
    for root, parents in ((kept, 2), (fresh, 1)):
        Update(root).run()
        assert len(git(root, "log", "-1", "--format=%P").split()) == parents
    assert theirs in git(kept, "log", "--format=%H")
    assert git(fresh, "log", "--format=%an").split() == ["Ada", "Ada"]


@each_history
def test_a_second_update_starts_where_the_first_ended(
    clone: Path, upstream: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    newer(upstream)
    Update(clone).run()
    Update(clone).run()
    assert "Nothing newer" in capsys.readouterr().out
    commit(upstream, {"app.py": (upstream / "app.py").read_text().replace("line 17, fixed", "line 17, fixed well")})
    Update(clone).run()
    assert "line 17, fixed well\n" in (clone / "app.py").read_text()


def test_a_merge_by_hand_in_between_is_a_newer_base(tmp_path: Path, upstream: Path) -> None:
    clone = with_history(tmp_path, upstream)
    commit(upstream, {"app.py": FILES["app.py"].replace("line 9\n", "line nine\n")})
    git(clone, "pull", "--quiet", "--no-rebase", "--no-edit", str(upstream), "main")
    commit(clone, {"app.py": (clone / "app.py").read_text().replace("line nine\n", "line IX\n")})
    commit(upstream, {"new.py": "new\n"})
    Update(clone).run()
    assert "line IX\n" in (clone / "app.py").read_text()
    assert (clone / "new.py").exists()


def test_a_conflict_changes_nothing_and_is_resolved_in_the_worktree(clone: Path, upstream: Path) -> None:
    commit(upstream, {"app.py": FILES["app.py"].replace("line 2\n", "line two\n"), "new.py": "new\n"})
    said = refusal(clone)
    assert "the same lines:\n  app.py\n" in said
    assert f"git worktree remove --force {PLACE}" in said
    assert "the same lines" in refusal(clone), "asked again before anything is resolved"
    git(clone / PLACE, "add", "app.py")
    assert "still have conflict markers:\napp.py" in refusal(clone)
    (clone / PLACE / "app.py").write_text("line two of Acme\n")
    Update(clone).run()
    assert (clone / "app.py").read_text() == "line two of Acme\n"
    assert (clone / "new.py").exists()
    assert not (clone / PLACE).exists()


def test_a_gate_that_fails_changes_nothing_and_can_be_made_green(clone: Path, upstream: Path) -> None:
    commit(upstream, {"broken": "yes\n"})
    assert "The merged version fails: make quick, see above." in refusal(clone)
    (clone / PLACE / "broken").unlink()
    Update(clone).run()
    assert git(clone, "status", "--porcelain") == ""


def test_an_update_that_is_dropped_leaves_nothing(clone: Path, upstream: Path) -> None:
    commit(upstream, {"broken": "yes\n"})
    refusal(clone)
    git(clone, "worktree", "remove", "--force", str(PLACE))
    commit(upstream, {"broken": None})
    Update(clone).run()
    assert not (clone / "broken").exists()


def test_an_update_of_an_older_commit_is_not_gone_on_with(clone: Path, upstream: Path) -> None:
    commit(upstream, {"broken": "yes\n"})
    refusal(clone)
    commit(clone, {"mine.py": "mine\n"})
    assert "an older commit of yours: git worktree remove" in refusal(clone)


def test_what_is_not_committed_stops_it_before_anything_is_fetched(clone: Path) -> None:
    for path in ("untracked.py", "app.py"):
        (clone / path).write_text("changed\n")
        assert "uncommitted" in refusal(clone)
        assert not (clone / PLACE).exists()
        (clone / path).unlink()


def test_an_upstream_that_cannot_be_used_is_named(clone: Path, upstream: Path) -> None:
    project = json.loads((clone / "project.json").read_text())
    commit(clone, {"project.json": json.dumps(project | {"upstream_commit": "0" * 40})})
    assert "has no commit 000000000000: correct upstream_commit" in refusal(clone)
    commit(clone, {"project.json": json.dumps(project | {"upstream": "nowhere"})})
    assert "nowhere cannot be fetched" in refusal(clone)
    commit(clone, {"project.json": FILES["project.json"] or ""})
    assert "names no upstream. Add `upstream`" in refusal(clone)


def test_the_environment_is_lent_unless_a_lock_changes(
    clone: Path, upstream: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (clone / ".venv" / "bin").mkdir(parents=True)
    (clone / ".venv" / "test").touch()
    seen = []
    monkeypatch.setattr(Update, "_make", lambda self, *_: seen.append((self.place / ".venv" / "bin").is_symlink()))
    commit(upstream, {"new.py": "new\n"})
    Update(clone).run()
    commit(upstream, {"requirements/dev.txt": "pytest\n"})
    Update(clone).run()
    assert seen == [True, True, False, False]
    assert (clone / ".venv" / "bin").is_dir()
