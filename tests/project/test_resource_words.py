"""`todoproject`, which every service keeps, does not name the resource that a clone replaces."""

import re

import pytest
from django.test import Client
from pytest_django import Settings

from tests.postgresql_plugin import ROOT

KEPT = ROOT / "todoproject"
TEXTS = {".py", ".html", ".css", ".js"}
# Also as a part of a name, but for the package's.
WORD = re.compile(r"(?<![a-z])to-?dos?(?![a-z])", re.IGNORECASE)

APPS = sorted(path.parent.name for path in ROOT.glob("*/resource.toml"))
#: The lines by which `make resource` registers an app.
REGISTERED = {("settings.py", f'"{app}",') for app in APPS} | {
    ("urls.py", f'path("", include("{app}.api")),') for app in APPS
}


def lines() -> list[tuple[str, str]]:
    return [
        (str(path.relative_to(KEPT)), line.strip())
        for path in KEPT.rglob("*")
        if path.suffix in TEXTS
        for line in path.read_text(encoding="utf-8").splitlines()
    ]


def test_only_two_lines_name_the_resource() -> None:
    assert [f"{name}: {line}" for name, line in lines() if WORD.search(line) and (name, line) not in REGISTERED] == []


@pytest.mark.parametrize("app", APPS)
def test_only_two_lines_name_an_app_of_resources(app: str) -> None:
    named = re.compile(rf"(?:from|import) {app}\b|[\"']{app}[\"'.]")
    found = {(name, line) for name, line in lines() if named.search(line)}
    assert found == {each for each in REGISTERED if named.search(each[1])}


def test_the_names_of_a_clone_are_one_group_of_settings() -> None:
    text = (KEPT / "settings.py").read_text(encoding="utf-8")
    group = text[text.index("# ── What a clone changes") : text.index("# ── Process")]
    assert re.findall(r"^[A-Z_]+(?= =)", group, re.MULTILINE) == ["PROJECT", "TITLE", "DESCRIPTION", "JWT_ISSUER"]


def test_the_page_of_the_api_is_named_after_the_service(client: Client, settings: Settings) -> None:
    settings.TITLE = "Invoices"
    assert "<title>Invoices: API</title>" in client.get("/docs").content.decode()
