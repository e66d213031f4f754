"""The release before on the schema of this one: it passes, and finds a migration that the old code cannot bear."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TESTS = ["tests/todos/test_resource.py", "-q", "-x"]
# The contract step before its time: the old code still writes the column.
BREAKING = """from django.db import migrations

class Migration(migrations.Migration):
    dependencies = [("todos", "{last}")]
    operations = [migrations.RemoveField("todo", "description")]
"""


def run(folder: Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "pipeline.previous_release", "HEAD", *TESTS]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=1500, check=False)


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone of its own: what is added to it is no commit."""
    folder = tmp_path_factory.mktemp("previous") / "clone"
    command = ["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(folder)]
    subprocess.run(command, timeout=120, check=True)
    return folder


@pytest.mark.ci
def test_a_release_bears_its_own_schema_and_not_one_without_a_column_and_nothing_is_left(clone: Path) -> None:
    same = run(clone)
    assert same.returncode == 0, same.stdout + same.stderr
    migrations = clone / "todos/migrations"
    last = max(file.stem for file in migrations.glob("0*.py"))
    (migrations / "9999_break.py").write_text(BREAKING.format(last=last))
    broken = run(clone)
    assert broken.returncode == 1, broken.stdout + broken.stderr
    assert "description" in broken.stdout
    command = ["git", "worktree", "list"]
    listed = subprocess.run(command, cwd=clone, capture_output=True, text=True, timeout=60, check=True)
    assert len(listed.stdout.splitlines()) == 1
