"""What every service keeps does not speak of the resource that a clone replaces, but where a line has a reason."""

import re

import pytest
from django.test import Client
from pytest_django import Settings

from tests.postgresql_plugin import ROOT

KEPT = ROOT / "todoproject"
TEXTS = {".py", ".html", ".css", ".js"}
# Also as a part of a name, but for the package's.
WORD = re.compile(r"(?<![a-z])to-?dos?(?![a-z])", re.IGNORECASE)

RESOURCE = "the resource's: a clone changes it with todos/"
PROJECT = "the project's: in the names of objects, roles, metrics and files that belong together"
#: Files, and how a line of theirs begins.
ALLOWED = {
    ("settings.py", "TITLE = "): PROJECT,
    ("settings.py", "JWT_ISSUER = JWT_AUDIENCE = "): PROJECT,
    ("secrets/environment.py", '"NAME": env.str("DB_NAME", '): PROJECT,
    ("secrets/environment.py", '"USERNAME_SECRET": '): PROJECT,
    ("postgresql/options.py", 'raise ImproperlyConfigured(f"DB_ROLE='): PROJECT,
    ("maintenance/management/commands/smoke.py", 'parser.add_argument("url", '): PROJECT,
    ("metrics/__init__.py", "NAMESPACE = "): PROJECT,
    ("metrics/directory.py", "PREFIX = "): PROJECT,
}
APPS = sorted(path.parent.name for path in ROOT.glob("*/resource.toml"))
#: The lines by which `make resource` registers an app.
REGISTERED = {("settings.py", f'"{app}",') for app in APPS} | {
    ("urls.py", f'path("", include("{app}.api")),') for app in APPS
}
if "todos" in APPS:
    ALLOWED[("settings.py", "\"The caller's to-dos.")] = RESOURCE


def lines() -> list[tuple[str, str]]:
    return [
        (str(path.relative_to(KEPT)), line.strip())
        for path in KEPT.rglob("*")
        if path.suffix in TEXTS
        for line in path.read_text(encoding="utf-8").splitlines()
    ]


def allowed(name: str, line: str) -> bool:
    return (name, line) in REGISTERED or any(name == file and line.startswith(start) for file, start in ALLOWED)


def test_no_line_speaks_of_the_resource_without_a_reason() -> None:
    assert [f"{name}: {line}" for name, line in lines() if WORD.search(line) and not allowed(name, line)] == []


@pytest.mark.parametrize("app", APPS)
def test_an_app_of_resources_is_named_by_the_two_lines_that_register_it_alone(app: str) -> None:
    named = re.compile(rf"(?:from|import) {app}\b|[\"']{app}[\"'.]")
    found = {(name, line) for name, line in lines() if named.search(line)}
    assert found == {each for each in REGISTERED if named.search(each[1])}


def test_every_reason_still_has_its_line() -> None:
    found = lines()
    gone = [each for each in ALLOWED if not any(name == each[0] and line.startswith(each[1]) for name, line in found)]
    assert gone == []


def test_what_a_clone_says_of_itself_stands_in_one_group_of_settings() -> None:
    text = (KEPT / "settings.py").read_text(encoding="utf-8")
    group = text[text.index("# ── What a clone changes") : text.index("# ── Process")]
    assert re.findall(r"^[A-Z_]+(?= =)", group, re.MULTILINE) == ["TITLE", "DESCRIPTION", "JWT_ISSUER"]


def test_the_page_of_the_api_is_named_after_the_service(client: Client, settings: Settings) -> None:
    settings.TITLE = "Invoices"
    assert "<title>Invoices: API</title>" in client.get("/docs").content.decode()
