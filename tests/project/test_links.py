"""Links, and targets of make, in pages for people exist; pictures can be drawn; every page can be reached."""

import re
from pathlib import Path

from local import docs_site
from tests.postgresql_plugin import ROOT

TEXTS = {page: page.read_text("utf-8") for page in sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])}
MAKEFILES = (ROOT / "Makefile", *ROOT.glob("pattern/Makefile"))
CODE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
TARGETS = {
    found for file in MAKEFILES for found in re.findall(r"^([a-z][\w.-]*):", file.read_text("utf-8"), re.MULTILINE)
}


def test_every_link_leads_somewhere() -> None:
    links = [(page, link) for page, text in TEXTS.items() for link in re.findall(r"\]\(([^)#\s]+)", CODE.sub("", text))]
    assert [(page, link) for page, link in links if "://" not in link and not (page.parent / link).exists()] == []


def test_every_target_of_make_exists() -> None:
    for page, text in TEXTS.items():
        assert (page, set(re.findall(r"(?:`|\$ |\()make (?:-s )?([a-z][\w.-]*)", text)) - TARGETS) == (page, set())


def test_no_line_of_a_mermaid_picture_holds_a_semicolon_which_would_end_it() -> None:
    for page, text in TEXTS.items():
        for picture in re.findall(r"^```mermaid\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
            assert ";" not in picture, page


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
