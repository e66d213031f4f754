"""The README: short, and each figure is the bound of a test or what a document says."""

import ast
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.postgresql_plugin import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
MOST_LINES = 150
WORDS = {3: "three", 4: "four", 11: "eleven", 12: "twelve"}


def bound(file: str, name: str) -> Any:
    """Return a constant of a test, read and not imported: Django 6.1's environment has not what those tests need."""
    found = re.search(rf"^{name} = (.*?)(  #.*)?$", (ROOT / "tests" / file).read_text(encoding="utf-8"), re.MULTILINE)
    assert found, f"{file} has no {name}"
    return ast.literal_eval(found[1])


def folders(of: str) -> str:
    return WORDS[len([*(ROOT / "terraform" / of).glob("*/main.tf")])]


def bill() -> str:
    found = re.search(r"\*\*\$([\d.]+)\*\* at (\d+) awake hours", document("cost/dev.md"))
    assert found
    return f"${found[1]} a month for dev at {found[2]} awake hours"


def document(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


FIGURES: dict[str, Callable[[], str]] = {
    "the image": lambda: f"At most {bound('image/test_bounds.py', 'MOST_ADDED')} MB above its base",
    "schemas": lambda: f"schemas of {WORDS[len(bound('kustomize/test_schemas.py', 'KUBERNETES'))]} Kubernetes versions",
    "modules": lambda: f"{folders('modules').capitalize()} Terraform modules and {folders('envs')} roots",
    "the bill": bill,
}


@pytest.mark.parametrize("what", FIGURES)
def test_a_figure_is_the_bound_of_a_test_or_what_a_document_measured(what: str) -> None:
    assert FIGURES[what]() in " ".join(README.split())


def test_the_readme_is_short() -> None:
    assert len(README.splitlines()) <= MOST_LINES
