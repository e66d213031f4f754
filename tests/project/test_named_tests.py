"""The pages on security and reliability name tests that are there."""

import re
from pathlib import Path

import pytest

from tests.postgresql_plugin import ROOT

PAGES = [page for name in ("security", "reliability") if (page := ROOT / "docs" / f"{name}.md").exists()]
TESTS = {
    name for path in (ROOT / "tests").rglob("*.py") for name in re.findall(r"^def (test_\w+)", path.read_text(), re.M)
}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_test_that_a_page_names_is_there(page: Path) -> None:
    text = page.read_text()
    named, files = set(re.findall(r"`(test_\w+)`", text)), set(re.findall(r"`(\w+/test_\w+\.py)`", text))
    assert named | files
    assert named - TESTS == set()
    assert [name for name in files if not (ROOT / "tests" / name).exists()] == []
