"""The pages of this folder: links and targets are there, and the README's figures are what performance.md measured."""

import re
from pathlib import Path

import pytest

from local.state import ROOT

PATTERN = ROOT / "pattern"
PAGES = sorted(PATTERN.rglob("*.md"))
TARGETS = {
    target
    for makefile in (ROOT / "Makefile", PATTERN / "Makefile")
    for target in re.findall(r"^([a-z][\w.-]*):", makefile.read_text(encoding="utf-8"), re.MULTILINE)
}


def text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def measured(row: str) -> float:
    """Return the figure that performance.md gives for a target."""
    found = re.search(
        rf"^\| {re.escape(row)} \| [^|]* \| ([\d.]+)", text(PATTERN / "docs/performance.md"), re.MULTILINE
    )
    assert found, row
    return float(found[1])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)", text(page))
    assert [link for link in links if "://" not in link and not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_target_of_make_exists(page: Path) -> None:
    named = re.findall(r"(?:`|\$ |\(|^    )make (?:-s )?([a-z][\w.-]*)", text(page), re.MULTILINE)
    assert set(named) - TARGETS == set()


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (
            "`GET /todos` a CPU-second ÷ FastAPI, same features",
            "{:.1f} times the lists of FastAPI with the same features",
        ),
        ("÷ DRF, same features", "{:.1f} times those of DRF with them"),
        ("p99 at 50 a second on a quarter of a core", "p99 was {:.0f} ms"),
    ],
)
def test_a_figure_of_the_readme_is_the_one_that_was_measured(row: str, sentence: str) -> None:
    assert sentence.format(measured(row)) in " ".join(text(PATTERN / "README.md").split())
