"""Each part that WITHOUT offers goes without a trace: a clone's checks and the tests that would notice hold."""

from pathlib import Path

import pytest

from pattern.new_service.changes import remove_pattern
from pattern.new_service.parts import PARTS, leave_out
from pattern.tests.clone import Clone

ALWAYS = "tests/project/test_pages.py"
NOTICING = {
    "compose": "tests/image tests/monitoring",
    "evidence": "tests/terraform/test_static.py tests/project/test_words.py",
}


def test_every_part_is_tried() -> None:
    assert set(NOTICING) == set(PARTS)


@pytest.mark.ci
@pytest.mark.timeout(900)
@pytest.mark.parametrize("part", PARTS)
def test_a_part_goes_without_a_trace(part: str, tmp_path: Path) -> None:
    clone = Clone.of_this_tree(tmp_path / "service")
    remove_pattern(clone.root)
    leave_out(clone.root, part)
    clone.commit(f"Leave out {part}")
    assert not [path for path in clone.paths() if path.startswith(PARTS[part].paths)]
    for command in (
        ("sh", "local/check.sh", "quick"),
        (".venv/bin/python", "-m", "local.no_database", "manage.py", "check", "--fail-level", "WARNING"),
        (".venv/bin/python", "-m", "pytest", "-q", ALWAYS, *NOTICING[part].split()),
    ):
        done = clone.run(*command, seconds=600)
        assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-5000:]
