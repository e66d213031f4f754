"""docs/first-day.md: its edits and its commands, made in a clone, end in a change that the tests take."""

import re
from pathlib import Path

import pytest

from local.state import ROOT
from pattern.tests.clone import Clone

PAGE = (ROOT / "docs" / "first-day.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(diff|console)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
#: Run elsewhere, by tests of `make run`; and the whole gates, for which stand the tests that know of the change.
SKIPPED = ("make run", "make test")
TESTS = "tests/todos tests/monitoring tests/api/test_openapi.py " + " ".join(
    f"tests/project/test_{name}.py" for name in ("demo", "migrations", "pages", "statements", "words")
)
QUICK = ("sh local/check.sh quick", f".venv/bin/python -m pytest -q -n 2 {TESTS}")


def edit(root: Path, block: str) -> None:
    """Make the edit of a block: its first line names the file, and what stands there is found once."""
    name, *lines = block.splitlines()
    path = root / name.removeprefix("+++ ")
    before = "".join(f"{line[1:]}\n" for line in lines if not line.startswith("+"))
    after = "".join(f"{line[1:]}\n" for line in lines if not line.startswith("-"))
    if not before:
        assert not path.exists(), path
        path.write_text(after, encoding="utf-8")
        return
    text = path.read_text(encoding="utf-8")
    assert text.count(before) == 1, f"{name}: {before}"
    path.write_text(text.replace(before, after), encoding="utf-8")


def run(clone: Clone, block: str) -> None:
    """Run the commands of a block, each of which shows the lines below it."""
    for command, shown in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE):
        typed = re.sub(r"  +#.*", "", command)
        if typed in SKIPPED:
            continue
        for each in QUICK if typed == "make quick" else (typed,):
            done = clone.run("sh", "-c", each, seconds=600)
            assert done.returncode == 0, f"{each}\n{done.stdout[-8000:]}{done.stderr[-8000:]}"
        for line in shown.splitlines():
            assert line.strip() in done.stdout + done.stderr


@pytest.mark.ci
@pytest.mark.timeout(1200)
def test_a_field_a_metric_an_alert_and_a_panel_become_a_commit(tmp_path: Path) -> None:
    clone = Clone.of_this_tree(tmp_path / "service")
    for key, value in (("name", "Ada"), ("email", "ada@example.com")):
        clone.run("git", "config", f"user.{key}", value, seconds=60)
    first, *blocks = BLOCKS
    assert "make run" in first[1]
    for kind, block in blocks:
        if kind == "diff":
            edit(clone.root, block)
        else:
            run(clone, block)
    assert clone.run("git", "status", "--porcelain", seconds=60).stdout == ""
    assert clone.run("git", "log", "-1", "--format=%s", seconds=60).stdout.startswith("Let users say how long")
