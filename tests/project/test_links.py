"""Files behind links and targets of make, named in pages for people, exist; pictures can be drawn."""

import re

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
