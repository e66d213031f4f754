"""Without this folder everything else is whole: a client deletes it on the first day.

test_service_journey.py runs the static checks without it, test_resource_journey.py the tests.
"""

import re
import shutil
import subprocess
from collections.abc import Iterator

import pytest

from local import ports
from local.state import ROOT
from pattern.new_service.changes import PAGES, remove_pattern
from pattern.tests.clone import Clone


def test_no_page_outside_links_into_this_folder() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    pages = [ROOT / path for path in listed.stdout.split("\0") if path and not path.startswith("pattern/")]
    linked = {
        f"{page.relative_to(ROOT)}: {link}"
        for page in pages
        if page.exists()
        for link in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
        if (ROOT / "pattern") in (page.parent / link).resolve().parents
    }
    assert pages
    assert linked == set()


def test_no_page_that_stays_names_a_command_of_this_folder() -> None:
    """README's section about them goes, and decisions may say what was measured."""
    targets = re.findall(r"^([a-z][\w.-]*):", (ROOT / "pattern/Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    named = re.compile(rf"(?:`|\$ )make ({'|'.join(targets)})\b")
    pages = {str(page.relative_to(ROOT)): page for page in (ROOT / "docs").glob("*.md")}
    assert [name for name, page in pages.items() if name not in PAGES and named.search(page.read_text("utf-8"))] == []


@pytest.fixture(scope="module")
def without(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clone]:
    clone = Clone.of_this_tree(tmp_path_factory.mktemp("removed") / "service")
    remove_pattern(clone.root)
    clone.commit("Delete pattern/")
    yield clone
    shutil.rmtree(clone.root)  # it has a PostgreSQL with its data


@pytest.mark.ci
def test_make_lists_its_targets_without_the_folder(without: Clone) -> None:
    done = without.make("help", seconds=60)
    assert (done.returncode, "pattern" in done.stdout) == (0, False)


@pytest.mark.ci
@pytest.mark.timeout(300)
def test_make_run_serves_without_the_folder(without: Clone) -> None:
    with without.started("make", "run", PORT=str(ports.any_free())) as process:
        assert process.stdout
        assert any(line.startswith("curl ") for line in process.stdout)
