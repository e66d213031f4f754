"""Texts use the words of CONTRIBUTING.md, and no name of the example where every service keeps the file."""

import json
import re
import subprocess

import pytest
from django.test import Client
from pytest_django import Settings

from tests.postgresql_plugin import ROOT

#: Word → the word to use instead.
BANNED = {
    r"anew": "again, or regenerate",
    r"mend(s|ed|ing)?": "fix",
    r"of ours": "our",
    r"whoever": "anybody who, or the person",
    r"he|him|his|himself|she|her|hers|herself": "they, them, their",
    r"for ever": "without end, or always",
    r"as good as (nothing|none|no)": "next to nothing",
}
WORDS = {re.compile(rf"\b({word})\b", re.IGNORECASE): instead for word, instead in BANNED.items()}
DOCSTRING = re.compile(r'"""(What|Who|How|Where|Why)\b')
ANY = re.compile(rf"\b({'|'.join(BANNED)})\b|{DOCSTRING.pattern}", re.IGNORECASE)
#: Recorded from programs, locked, or this list.
SKIPPED = re.compile(
    r"\.(png|svg|lock|hcl)$|^requirements/|^docs/evidence/|^tests/.*\.(txt|json|golden)$|test_words\.py$"
)

# The service's name stands in project.json: what runs, delivers and watches it names roles (docs/adr/0026).
DELIVERY = (".github", "cost", "deploy", "environments", "kustomize", "monitoring", "pipeline", "platform", "terraform")
# Written from the account, or by Terraform.
GENERATED = re.compile(r"overlays/\w+/(values/)?values\.env$|\.lock\.hcl$")
# Beside the packages todoproject and todos, the resource's route may stand in series and queries.
EXAMPLE = re.compile(r"todo(?!project|s\b)", re.IGNORECASE)

KEPT = ROOT / "todoproject"
# Also as a part of a name, but for the package's.
RESOURCE = re.compile(r"(?<![a-z])to-?dos?(?![a-z])", re.IGNORECASE)
APPS = sorted(path.parent.name for path in ROOT.glob("*/resource.toml"))
#: The lines by which `make resource` registers an app.
REGISTERED = {("settings.py", f'"{app}",') for app in APPS} | {
    ("urls.py", f'path("", include("{app}.api")),') for app in APPS
}


def files(*folders: str) -> list[str]:
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *folders]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60).stdout
    return [name for name in listed.split("\0") if (ROOT / name).is_file()]


def faults(name: str, text: str) -> list[str]:
    """Return a line for each fault: file, line, word, and the word to use instead."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        found += [f"{name}:{number}: {m[0]} → {use}" for word, use in WORDS.items() if (m := word.search(line))]
        if DOCSTRING.search(line) and not name.startswith("tests/") and "/tests/" not in name:
            found.append(f"{name}:{number}: a docstring says what a thing does → start with a verb or a noun")
    return found


def test_a_banned_word_is_named_with_its_place_and_the_word_to_use() -> None:
    assert faults("a.md", "One.\nMend it.") == ["a.md:2: Mend → fix"]
    assert faults("todos/a.py", '"""What it is."""') != []


def test_texts_for_people_hold_no_banned_word() -> None:
    texts = {name: (ROOT / name).read_text(encoding="utf-8") for name in files() if not SKIPPED.search(name)}
    suspected = {name: text for name, text in texts.items() if ANY.search(text)}
    assert [fault for name, text in suspected.items() for fault in faults(name, text)] == []


@pytest.mark.parametrize("folder", DELIVERY)
def test_no_name_of_the_example_is_left_in_what_delivers(folder: str) -> None:
    assert [name for name in files(folder) if EXAMPLE.search(name)] == []
    texts = {name: (ROOT / name).read_text(errors="ignore") for name in files(folder) if not GENERATED.search(name)}
    assert [name for name, text in texts.items() if EXAMPLE.search(text)] == []


def test_the_project_file_is_what_its_readers_expect() -> None:
    """Scripts read it with sed: a member a line."""
    text = (ROOT / "project.json").read_text()
    project = json.loads(text)
    assert text == json.dumps(project, indent=2, ensure_ascii=False) + "\n"
    assert set(project) - {"upstream", "upstream_commit"} == {"name", "title", "repository"}
    assert re.fullmatch(r"[a-z][a-z0-9-]{1,14}", project["name"])


def test_two_lines_of_todoproject_name_an_app_of_resources_and_no_other_its_resource() -> None:
    lines = set()
    for path in KEPT.rglob("*"):
        if path.suffix in {".py", ".html", ".css", ".js"}:
            name = str(path.relative_to(KEPT))
            lines |= {(name, line.strip()) for line in path.read_text(encoding="utf-8").splitlines()}
    assert [f"{name}: {line}" for name, line in lines - REGISTERED if RESOURCE.search(line)] == []
    for app in APPS:
        named = re.compile(rf"(?:from|import) {app}\b|[\"']{app}[\"'.]")
        assert {each for each in lines if named.search(each[1])} == {
            each for each in REGISTERED if named.search(each[1])
        }


def test_the_names_of_a_clone_are_one_group_of_settings() -> None:
    text = (KEPT / "settings.py").read_text(encoding="utf-8")
    group = text[text.index("# ── What a clone changes") : text.index("# ── Process")]
    assert re.findall(r"^[A-Z_]+(?= =)", group, re.MULTILINE) == ["PROJECT", "TITLE", "DESCRIPTION", "JWT_ISSUER"]


def test_the_page_of_the_api_is_named_after_the_service(client: Client, settings: Settings) -> None:
    settings.TITLE = "Invoices"
    assert "<title>Invoices: API</title>" in client.get("/docs").content.decode()
