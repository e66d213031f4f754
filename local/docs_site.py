"""Builds the site of docs/ into .local/site with Zensical, strictly: a broken link fails.

usage: python -m local.docs_site

The pages keep the layout of the repository, so that their links work as on GitHub. A link to a file that is not a page
leads to the repository. Mermaid would load from another host, so its pictures become links too.
"""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

from local.state import ROOT, here

CONFIGURATION = ROOT / "docs" / "site.toml"
FOLDERS = ("deploy", "kustomize", "monitoring", "platform", "terraform")
PICTURE = re.compile(r"^```mermaid\n.*?^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)\s#]+)(#[^)\s]*)?\)")


def pages() -> list[Path]:
    """Return the Markdown files that become pages, below ROOT."""
    outside = [*ROOT.glob("*.md"), *(ROOT / folder / "README.md" for folder in FOLDERS)]
    return [path for path in (*outside, *(ROOT / "docs").rglob("*.md")) if path.is_file()]


def staged(page: Path, known: set[Path], repository: str) -> str:
    """Return the text of a page with links that work on the site."""

    def link(found: re.Match[str]) -> str:
        target = (page.parent / found[1]).resolve()
        target = target / "README.md" if target / "README.md" in known else target
        if target in known:
            return f"]({target.relative_to(page.parent, walk_up=True)}{found[2] or ''})"
        if not target.exists() or (target.is_relative_to(ROOT / "docs") and target.is_file()):
            return found[0]  # a copied file, or a broken link that the build reports
        return f"]({repository}/blob/main/{target.relative_to(ROOT)}{found[2] or ''})"

    source = f"{repository}/blob/main/{page.relative_to(ROOT)}"
    return LINK.sub(link, PICTURE.sub(f"*[Picture on GitHub]({source})*", page.read_text("utf-8")))


def build(folder: Path) -> Path:
    """Build below `folder` and return the folder of the site; raise CalledProcessError for a broken page."""
    shutil.rmtree(folder, ignore_errors=True)
    project = json.loads((ROOT / "project.json").read_text("utf-8"))
    shutil.copytree(ROOT / "docs", folder / "pages" / "docs", ignore=shutil.ignore_patterns("*.md", "site.toml"))
    known = {path.resolve() for path in pages()}
    for page in sorted(known):
        path = folder / "pages" / page.relative_to(ROOT)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(staged(page, known, project["repository"]), "utf-8")
    text = CONFIGURATION.read_text("utf-8").replace("TITLE", project["title"])
    (folder / "zensical.toml").write_text(text, "utf-8")
    command = [sys.executable, "-m", "zensical", "build", "--strict", "--clean"]
    subprocess.run(command, cwd=folder, check=True, timeout=300)
    return folder / "site"


if __name__ == "__main__":
    print(build(here().folder / "site") / "index.html")
