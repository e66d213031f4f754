"""What the pages for people name is there: files behind links, targets of make. Runbooks have tests of their own."""

import re
from pathlib import Path

import pytest

from tests.postgresql_plugin import ROOT

PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]
MAKEFILES = (ROOT / "Makefile", *ROOT.glob("pattern/Makefile"))
TARGETS = {
    found for file in MAKEFILES for found in re.findall(r"^([a-z][\w.-]*):", file.read_text("utf-8"), re.MULTILINE)
}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if "://" not in link and not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_target_of_make_exists(page: Path) -> None:
    named = re.findall(r"(?:`|\$ |\()make (?:-s )?([a-z][\w.-]*)", page.read_text(encoding="utf-8"))
    assert set(named) - TARGETS == set()
