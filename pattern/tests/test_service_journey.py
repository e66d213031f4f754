"""`make service` on a clone of this very tree: few files change, the rest is generated, and everything still holds."""

import json
import re
import time

import pytest

from pattern.tests.clone import Clone
from tests.patience import patient
from tests.terraform.terraform import Terraform

MOST_FILES = 12  # with the service's name, outside of documents and tests
SECONDS_TO_REFUSE = 1
pytestmark = [pytest.mark.ci, pytest.mark.timeout(1800)]
WORDS = {
    "NAME": "Acme work orders",
    "OWNER": "acme-inc",
    "REGION": "eu-central-1",
    "ACCOUNT": "210987654321",
    "DOMAIN": "orders.acme.com",
}


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    clone = Clone.of_this_tree(tmp_path_factory.mktemp("named") / "service")
    started = time.monotonic()
    refused = clone.run("make", "service", "NAME=???", seconds=60)
    assert 'as in NAME="Acme work orders"' in refused.stderr
    assert time.monotonic() - started < patient(SECONDS_TO_REFUSE)
    done = clone.run("make", "service", *(f"{key}={value}" for key, value in WORDS.items()), seconds=1500)
    assert done.returncode == 0, done.stdout[-10_000:] + done.stderr[-10_000:]
    clone.commit("Name the service")
    return clone


def test_the_name_stands_in_few_files_and_the_old_one_in_none_of_them(named: Clone) -> None:
    project = json.loads((named.root / "project.json").read_text())
    assert (project["name"], project["title"]) == ("acme-work", "Acme work orders")
    assert project["repository"] == "https://github.com/acme-inc/acme-work-orders"
    texts = {path: (named.root / path).read_bytes().decode(errors="ignore") for path in named.paths()}
    assert not [path for path in texts if path.startswith("pattern/")]
    own = {path: text for path, text in texts.items() if not path.startswith(("docs/", "tests/"))}
    named_in = [path for path, text in own.items() if re.search(r"acme.work", text, re.IGNORECASE)]
    assert 4 <= len(named_in) <= MOST_FILES, named_in
    read = {path: text for path, text in texts.items() if re.match(r"docs/runbooks|kustomize|terraform|README", path)}
    assert [path for path, text in read.items() if re.search(r"(?<![\w-])todo-(dev|prod|ci)|/todo/", text)] == []


def test_an_upstream_notice_is_kept_beside_the_clients(named: Clone) -> None:
    lines = (named.root / "LICENSE").read_text().splitlines()
    assert lines[2].endswith("The todo-service authors")
    assert lines[3].endswith("The Acme work orders authors")


def test_terraform_is_valid_and_starts_names_with_the_word(named: Clone) -> None:
    package = named.root / "terraform/.build/database_access.zip"
    package.parent.mkdir(exist_ok=True)
    package.touch()
    root = Terraform(named.root / "terraform", "envs/dev")
    root.init("-backend=false")
    root.succeed("validate")
    assert "acme-work" in (named.root / "kustomize/overlays/dev/values/values.env").read_text()


def test_static_checks_hold(named: Clone) -> None:
    done = named.make("check", seconds=1500)
    assert done.returncode == 0, done.stdout[-10_000:] + done.stderr[-10_000:]
