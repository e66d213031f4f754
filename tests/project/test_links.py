"""Links, and targets of make, in pages for people exist; pictures can be drawn; every page can be reached."""

import re
from pathlib import Path

import pytest

from local import docs_site
from tests.postgresql_plugin import ROOT

PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]
MAKEFILES = (ROOT / "Makefile", *ROOT.glob("pattern/Makefile"))
CODE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
TARGETS = {
    found for file in MAKEFILES for found in re.findall(r"^([a-z][\w.-]*):", file.read_text("utf-8"), re.MULTILINE)
}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)", CODE.sub("", page.read_text(encoding="utf-8")))
    assert [link for link in links if "://" not in link and not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_target_of_make_exists(page: Path) -> None:
    named = re.findall(r"(?:`|\$ |\()make (?:-s )?([a-z][\w.-]*)", page.read_text(encoding="utf-8"))
    assert set(named) - TARGETS == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_line_of_a_mermaid_picture_holds_a_semicolon_which_would_end_it(page: Path) -> None:
    pictures = re.findall(r"^```mermaid\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert [line for picture in pictures for line in picture.splitlines() if ";" in line] == []


def test_every_page_of_the_site_can_be_reached_from_its_navigation() -> None:
    known = {page.resolve() for page in docs_site.pages()}
    found: set[Path] = set()
    following = {ROOT / name for name in re.findall(r'"([\w/.-]+\.md)"', docs_site.CONFIGURATION.read_text("utf-8"))}
    while following:
        page = following.pop()
        found.add(page)
        links = (page.parent / link for link, _ in docs_site.LINK.findall(page.read_text("utf-8")))
        following |= {link.resolve() for link in links} & known - found
    assert known - found == set()
