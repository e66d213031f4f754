"""Pages for people: links, targets of make, tests and variables that they name exist; each decision has one form."""

import importlib.util
import os
import re
import subprocess
from pathlib import Path

import pytest

from local import docs_site
from tests.postgresql_plugin import ROOT

DOCS = ROOT / "docs"
TEXTS = {page: page.read_text("utf-8") for page in sorted([*ROOT.glob("*.md"), *DOCS.glob("*.md")])}
MAKEFILES = (ROOT / "Makefile", *ROOT.glob("pattern/Makefile"))
CODE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
TARGETS = {
    found for file in MAKEFILES for found in re.findall(r"^([a-z][\w.-]*):", file.read_text("utf-8"), re.MULTILINE)
}
TESTS = {
    name for path in (ROOT / "tests").rglob("*.py") for name in re.findall(r"^def (test_\w+)", path.read_text(), re.M)
}
READ = re.compile(
    r"""(?:env\.\w+|os\.environ\.get|os\.environ|switch|whole_number|words|choice|rate|log_group|secret)[\[(]\s*["']([A-Z][A-Z_]+)["']"""
)
REQUESTED = re.compile(r"<(?:script|link rel=\"?stylesheet|img|iframe)[^>]*(?:src|href)=\"?(?:https?:)?//[^\" >]+")
FOR_DJANGO = {"DJANGO_SETTINGS_MODULE"}
RECORDS = sorted((DOCS / "adr").glob("[0-9]*.md"))
FORM = re.compile(
    r"# (?P<number>\d{4})\. .+\n\n"
    r"Status: (Accepted|Superseded by \[\d{4}\]\((?P<successor>[^)]+)\)) \([A-Z][a-z]+ \d{4}\).*\n\n"
    r"## Context\n\n[\s\S]+\n\n## Decision\n\n[\s\S]+\n\n## Consequences\n\n[\s\S]+\n\n## Alternatives\n\n[\s\S]+\n"
)


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


def test_every_test_that_the_pages_on_security_and_reliability_name_is_there() -> None:
    for page in (page for name in ("security", "reliability") if (page := DOCS / f"{name}.md") in TEXTS):
        text = TEXTS[page]
        named, files = set(re.findall(r"`(test_\w+)`", text)), set(re.findall(r"`(\w+/test_\w+\.py)`", text))
        assert named | files
        assert named - TESTS == set()
        assert [name for name in files if not (ROOT / "tests" / name).exists()] == []


def test_every_variable_that_the_code_reads_is_on_its_page_and_the_other_way_round() -> None:
    sources = [path.read_text() for path in (ROOT / "todoproject").rglob("*.py")]
    read = {name for source in sources for name in READ.findall(source)} - FOR_DJANGO
    rows = re.findall(r"^\| (`[^|]*) \|", TEXTS[DOCS / "configuration.md"], re.MULTILINE)
    assert {name for row in rows for name in re.findall(r"`(\w+)`", row)} == read


def test_a_decision_has_number_status_context_decision_consequences_and_alternatives() -> None:
    for record in RECORDS:
        found = FORM.fullmatch(record.read_text(encoding="utf-8"))
        assert found, f"{record.name}: see docs/adr/README.md, last paragraph"
        assert record.name.startswith(found["number"])
        assert found["successor"] is None or (record.parent / found["successor"]).is_file(), record.name


def test_the_index_leads_to_every_decision() -> None:
    named = re.findall(r"\((\d{4}[\w-]*\.md)\)", (DOCS / "adr" / "README.md").read_text(encoding="utf-8"))
    assert sorted(named) == [record.name for record in RECORDS]


# ── The site ─────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def zensical() -> None:
    if not importlib.util.find_spec("zensical"):
        (pytest.fail if os.environ.get("CI") else pytest.skip)("make .venv/docs installs the generator")


@pytest.mark.ci
@pytest.mark.usefixtures("zensical")
def test_every_page_is_built_and_asks_no_other_host_for_anything(tmp_path: Path) -> None:
    site = docs_site.build(tmp_path / "site")
    built = {path.relative_to(site) for path in site.rglob("*.html")}
    assert {Path("index.html"), Path("docs/runbooks/rollback/index.html"), Path("docs/adr/index.html")} <= built
    assert len(built) > len(docs_site.pages())  # and 404.html
    assert [found for path in built for found in REQUESTED.findall((site / path).read_text(encoding="utf-8"))] == []


@pytest.mark.ci
@pytest.mark.usefixtures("zensical")
def test_a_link_that_leads_nowhere_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = DOCS / "audit.md"
    text = page.read_text(encoding="utf-8")
    read = Path.read_text
    monkeypatch.setattr(Path, "read_text", lambda self, *_a: f"{text}[x](nowhere.md)\n" if self == page else read(self))
    with pytest.raises(subprocess.CalledProcessError):
        docs_site.build(tmp_path / "site")
