"""Removes a resource: its folders, the tests that import it, and the lines elsewhere that name it."""

from __future__ import annotations

import re

from local.new_resource.asked import Asked
from local.new_resource.changes import Changes
from local.new_resource.existing import ROOT, Existing
from local.new_resource.registration import unregister
from local.new_resource.writing import DJANGO, generate, run
from local.refusal import Refusal

#: Examples of the API of todos; the README has this link to them, and the site's navigation a line.
EXAMPLES = "docs/api.md"
LINK = "[the API by example](docs/api.md), or "
SITE = "docs/site.toml"
#: A row of these names the test that holds it, and goes with that test.
PAGES = ("docs/reliability.md", "docs/security.md")


def remove(wanted: Asked) -> int:
    """Remove the resource; return the exit code. Nothing is removed if the rest would break."""
    resource = wanted.remove
    assert resource  # noqa: S101  # nosec B101
    with Changes(ROOT) as changes:
        _forget_examples(changes, resource)
        tests = about(resource)
        for name in (*tests, f"tests/{resource.app}", resource.app):
            if (ROOT / name).exists():
                changes.remove(name)
        unregister(changes, resource.app)
        run(*DJANGO, "check", "--fail-level=WARNING")
        run(*DJANGO, "makemigrations", "--check", "--dry-run")
        generate(changes)
    print(f"  removed: {resource.app}/, tests/{resource.app}/ and its lines in {', '.join(changes.edited)}")
    for test in tests:
        print(f"  removed, since it imports {resource.app}: {test}")
    print("  A database that exists keeps the table, and nothing reads it. On a laptop: make stop && rm -r .local")
    print(f"  Elsewhere: manage.py migrate {resource.app} zero, in a pod of the last release with it, drops the table.")
    print("  Next: make test, commit.")
    return 0


def about(resource: Existing) -> list[str]:
    """Return the tests that import the app; raise Refusal where something else does."""
    importing = re.compile(rf"^\s*(?:from|import) (?:tests\.)?{resource.app}\b", re.MULTILINE)
    found = []
    for path in sorted(ROOT.glob("**/*.py")):
        name = str(path.relative_to(ROOT))
        own = name.startswith((f"{resource.app}/", f"tests/{resource.app}/")) or "/." in f"/{name}"
        if own or not importing.search(path.read_text(encoding="utf-8")):
            continue
        if not (name.startswith("tests/") and path.name.startswith("test_")):
            raise Refusal(f"{name} imports {resource.app}: change that first.")
        found.append(name)
    return found


def _forget_examples(changes: Changes, resource: Existing) -> None:
    examples = ROOT / EXAMPLES
    if examples.is_file() and f"$API/{resource.path}" in examples.read_text(encoding="utf-8"):
        changes.remove(EXAMPLES)
        readme = (ROOT / "README.md").read_text(encoding="utf-8").replace(LINK, "")
        readme = readme.replace(f":8000/{resource.path}", ":8000/…")
        changes.edit("README.md", re.sub(rf"^    {resource.app}/ .*\n", "", readme, flags=re.MULTILINE))
        site = (ROOT / SITE).read_text(encoding="utf-8").splitlines(keepends=True)
        changes.edit(SITE, "".join(line for line in site if f'"{EXAMPLES}"' not in line))
    own = [path.read_text(encoding="utf-8") for path in (ROOT / "tests" / resource.app).glob("test_*.py")]
    names = [f"`{name}`" for text in own for name in re.findall(r"^def (test_\w+)", text, re.MULTILINE)]
    gone = re.compile("|".join([f"`{resource.app}/", *names]))
    for page in PAGES:
        if (ROOT / page).is_file():
            lines = (ROOT / page).read_text(encoding="utf-8").splitlines(keepends=True)
            changes.edit(page, "".join(line for line in lines if not gone.search(line)))
