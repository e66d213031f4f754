"""`make update` in a clone of this tree, named and edited, over two commits of upstream, one in a deleted folder."""

import json
from pathlib import Path

import pytest

from pattern.new_service.answers import git
from pattern.tests.clone import Clone, give_environment

#: The gate of these clones: other tests run the whole `make quick` of a clone.
TESTS = "tests/project/test_pages.py tests/project/test_migrations.py"
GATE = f"\t@sh local/check.sh quick\n\t@exec $(PYTEST) -p no:randomly {TESTS}\n"


def edit(clone: Clone, path: str, before: str, after: str) -> None:
    text = (clone.root / path).read_text()
    assert before in text, path
    (clone.root / path).write_text(text.replace(before, after))


@pytest.fixture
def upstream(tmp_path: Path) -> Clone:
    clone = Clone.of_this_tree(tmp_path / "upstream")
    makefile = (clone.root / "Makefile").read_text()
    before = makefile[makefile.index("quick: .venv/test") :].split("\n\n")[0]
    (clone.root / "Makefile").write_text(makefile.replace(before, f"{before.splitlines()[0]}\n{GATE}".rstrip()))
    clone.commit("A quicker gate")
    return clone


@pytest.mark.ci
@pytest.mark.timeout(900)
def test_a_named_and_edited_clone_takes_what_is_newer(upstream: Clone, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", str(upstream.root), "service")
    service = Clone(tmp_path / "service")
    give_environment(service.root / ".venv")
    git(service.root, "config", "user.name", "Ada")
    git(service.root, "config", "user.email", "ada@example.com")
    words = ("NAME=Acme work orders", "EXAMPLE=remove", "WITHOUT=compose evidence", "HISTORY=fresh")
    done = service.run("make", "service", *words, seconds=300)
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-5000:]
    readme = (service.root / "README.md").read_text()
    assert "todo" not in readme.replace(f"({upstream.root})", "").replace("todoproject", ""), readme
    edit(service, "docs/runbooks/wake.md", "# Wake dev", "# Wake our dev")
    service.commit("Name the service")

    edit(upstream, "docs/runbooks/restore.md", "todo-prod", "todo-prod --no-cli-pager")
    edit(upstream, "README.md", "# Todo service", "# The todo service")
    edit(upstream, "docs/openapi.yaml", "title: Todo service", "title: The todo service")
    edit(upstream, "project.json", '"Todo service"', '"The todo service"')
    upstream.commit("Change what the service keeps")
    edit(upstream, "pattern/README.md", "# What only", "# All that only")
    edit(upstream, "compose.yaml", "services:", "# newer\nservices:")
    upstream.commit("Change what the service removed")

    done = service.make("update", seconds=300)
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-5000:]
    assert "stay removed:\n  compose.yaml\n  pattern/\n" in done.stdout
    assert not {path for path in service.paths() if path.startswith(("pattern/", "compose", "todos/", "docs/evidence"))}
    assert "acme-work-prod --no-cli-pager" in (service.root / "docs/runbooks/restore.md").read_text()
    assert (service.root / "docs/runbooks/wake.md").read_text().startswith("# Wake our dev")
    assert (service.root / "README.md").read_text().startswith("# Acme work orders\n")
    assert "title: Acme work orders\n" in (service.root / "docs/openapi.yaml").read_text()
    project = json.loads((service.root / "project.json").read_text())
    assert (project["title"], project["upstream_commit"]) == (
        "Acme work orders",
        git(upstream.root, "rev-parse", "HEAD"),
    )
    assert git(service.root, "status", "--porcelain") == ""
