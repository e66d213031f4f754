"""The site of docs/ builds strictly, and asks no other host for anything."""

import importlib.util
import os
import re
import subprocess
from pathlib import Path

import pytest

from local import docs_site
from tests.postgresql_plugin import ROOT

pytestmark = pytest.mark.ci

REQUESTED = re.compile(r"<(?:script|link rel=\"?stylesheet|img|iframe)[^>]*(?:src|href)=\"?(?:https?:)?//[^\" >]+")


@pytest.fixture(autouse=True)
def zensical() -> None:
    if not importlib.util.find_spec("zensical"):
        (pytest.fail if os.environ.get("CI") else pytest.skip)("make .venv/docs installs the generator")


def test_every_page_is_built_and_asks_no_other_host_for_anything(tmp_path: Path) -> None:
    site = docs_site.build(tmp_path / "site")
    built = {path.relative_to(site) for path in site.rglob("*.html")}
    assert {Path("index.html"), Path("docs/runbooks/rollback/index.html"), Path("docs/adr/index.html")} <= built
    assert len(built) > len(docs_site.pages())  # and 404.html
    assert [found for path in built for found in REQUESTED.findall((site / path).read_text(encoding="utf-8"))] == []


def test_a_link_that_leads_nowhere_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = ROOT / "docs" / "audit.md"
    text = page.read_text(encoding="utf-8")
    read = Path.read_text
    monkeypatch.setattr(Path, "read_text", lambda self, *_a: f"{text}[x](nowhere.md)\n" if self == page else read(self))
    with pytest.raises(subprocess.CalledProcessError):
        docs_site.build(tmp_path / "site")
