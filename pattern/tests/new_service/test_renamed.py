"""`make service` on a clone of this very tree: nothing of the example's word is left, and everything still holds."""

import json
import re
import shutil
import urllib.request
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from local import ports
from pattern.new_service.words import plural_of
from pattern.tests.clone import Clone
from pattern.tests.new_service.renaming import EXAMPLE_ONLY, OTHERS, OWN_WORD, UNCHANGED

pytestmark = [pytest.mark.ci, pytest.mark.timeout(1500), EXAMPLE_ONLY]  # it clones, renames and checks four times
# The page's own; a long name, with lines that no formatter wraps; a short one, with statements that now fit on one
# line; one whose plural is not the name and more letters.
NAMES = {"invoice": "", "subscription": "", "tax": "", "analysis": "analyses"}


class Renamed:
    """A clone under another name, and what it was before."""

    def __init__(self, folder: Path, name: str) -> None:
        self.name, self.plural = name, NAMES[name] or plural_of(name)
        self.clone = Clone.of_this_tree(folder / name)
        self.unchanged, self.links = self.clone.contents(UNCHANGED), self.clone.links()
        self.done = self.clone.python("-m", "pattern.new_service", name, NAMES[name], seconds=180)
        assert self.done.returncode == 0, self.done.stderr


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("clones")
    yield folder
    shutil.rmtree(folder)  # each has a PostgreSQL of its own, with its data


@cache
def clone_of(folder: Path, name: str) -> Renamed:
    return Renamed(folder, name)


@pytest.fixture(params=NAMES)
def renamed(folder: Path, request: pytest.FixtureRequest) -> Renamed:
    return clone_of(folder, request.param)


def test_nothing_of_the_examples_word_is_left(renamed: Renamed) -> None:
    left = []
    for path in renamed.clone.paths():
        if path in renamed.unchanged or (renamed.clone.root / path).is_symlink():
            continue
        text = f"{path}\n{(renamed.clone.root / path).read_bytes().decode(errors='ignore')}"
        own = OTHERS.sub("", text.replace(OWN_WORD.get(path, "\0"), ""))
        left += [f"{path}: {line.strip()}" for line in own.splitlines() if re.search("to-?do", line, re.IGNORECASE)]
    assert left == []


def test_what_others_published_and_what_was_seen_is_the_same_to_the_byte(renamed: Renamed) -> None:
    named = {"poetry.lock", "pattern/requirements.txt", "requirements/main.txt", "docs/evidence/terraform/dev.txt"}
    assert named <= renamed.unchanged.keys()
    assert renamed.clone.contents(UNCHANGED) == renamed.unchanged


def test_links_are_still_links_and_lead_somewhere(renamed: Renamed) -> None:
    assert renamed.links
    assert renamed.clone.links() == renamed.links
    assert all((renamed.clone.root / path).exists() for path in renamed.links)


def test_the_change_is_staged_for_a_look_and_the_next_steps_are_named(renamed: Renamed) -> None:
    text = renamed.done.stderr
    assert f"This is the {renamed.name} service now" in text
    assert f"/{renamed.plural}" in text
    for place in re.findall(r"[\w/-]+\.md", text):
        assert (renamed.clone.root / place).exists(), place


def test_a_second_time_is_refused(renamed: Renamed) -> None:
    again = renamed.clone.python("-m", "pattern.new_service", "ledger", "", seconds=60)
    assert again.returncode == 1
    assert f"This is the {renamed.name} service already" in again.stderr
    assert (renamed.clone.root / "terraform/project").read_text() == f"{renamed.name}\n"


@pytest.mark.parametrize(
    "check", [("ruff", "check"), ("ruff", "format", "--check"), ("yamllint", "--strict")], ids=" ".join
)
def test_the_static_checks_of_the_code_hold(renamed: Renamed, check: tuple[str, ...]) -> None:
    done = renamed.clone.python("-m", *check, ".", seconds=300)
    assert done.returncode == 0, done.stdout


def test_all_static_checks_hold(folder: Path) -> None:
    done = clone_of(folder, "analysis").clone.make("check", seconds=600)
    assert done.returncode == 0, done.stdout[-10_000:] + done.stderr[-10_000:]


def test_the_service_answers_under_its_new_name(folder: Path) -> None:
    port = ports.any_free()
    with clone_of(folder, "invoice").clone.started("make", "run", PORT=str(port)) as process:
        assert process.stdout
        pasted = next(line for line in process.stdout if line.startswith("curl "))
        found = re.search(r"Authorization: (Bearer \S+)' '(\S+)'", pasted)
        assert found
        assert found[2].startswith(f"http://127.0.0.1:{port}/invoices")
        status, made = ask(found[1], f"http://127.0.0.1:{port}/invoices", {"title": "the first"})
        assert status == 201
        assert ask(found[1], made["url"]) == (200, made)
        assert made["url"].startswith(f"http://127.0.0.1:{port}/invoices/")


def ask(authorization: str, url: str, body: dict[str, str] | None = None) -> tuple[int, Any]:
    headers = {"Authorization": authorization, "Content-Type": "application/json"}
    data = json.dumps(body).encode() if body else None
    request = urllib.request.Request(url, data=data, headers=headers)  # noqa: S310  our own http address
    with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310
        return response.status, json.load(response)
