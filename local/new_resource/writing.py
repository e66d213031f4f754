"""Writes a resource: its app by Django's startapp, its lines elsewhere, its migration, and the OpenAPI document."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from local.new_resource.asked import Asked
from local.new_resource.changes import Changes
from local.new_resource.context import context
from local.new_resource.existing import ROOT
from local.new_resource.names import Names
from local.new_resource.registration import register
from local.refusal import Refusal

TEMPLATES = Path(__file__).resolve().parent.parent / "resource_template"
DJANGO = (sys.executable, "-m", "local.no_database", "manage.py")
#: Files that other commands write from the resources.
GENERATED = ("docs/openapi.yaml",)
#: One of each kind of promise; `make quick` and `make test` run all of them.
FAST = (
    *("tests/api/test_conditional.py", "tests/api/test_isolation.py", "tests/api/test_release_visitor.py"),
    *("tests/api/test_strict_types.py", "tests/admin/test_forms.py", "tests/project/test_demo.py"),
)


def write(wanted: Asked) -> int:
    """Write the resource and run its fast tests; return the exit code. A step that fails undoes all others."""
    names = wanted.names
    assert names  # noqa: S101  # nosec B101
    started = time.monotonic()
    with Changes(ROOT) as changes:
        variables = context(names, wanted.fields, wanted.scope)
        _startapp(changes, names.app, TEMPLATES / "tests", ROOT / "tests" / names.app, variables)
        _startapp(changes, names.app, TEMPLATES / "app", None, variables)
        register(changes, names.app)
        python = [names.app, f"tests/{names.app}"]
        run(sys.executable, "-m", "ruff", "check", "--quiet", "--fix-only", *python)
        run(sys.executable, "-m", "ruff", "format", "--quiet", *python)
        run(*DJANGO, "makemigrations", names.app, "--name", "initial", "--verbosity=0")
        run(*DJANGO, "check", "--fail-level=WARNING")
        generate(changes)
    _tell(changes, names, time.monotonic() - started)
    return fast_tests(names.path, names.model.lower())


def generate(changes: Changes) -> None:
    """Regenerate the files that depend on all resources."""
    for file in GENERATED:
        changes.keep(file)
    run(*DJANGO, "spectacular", "--file", "docs/openapi.yaml", "--validate", "--fail-on-warn")


def run(*command: str) -> None:
    """Run a command; raise Refusal with its output if it fails."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    if done.returncode:
        raise Refusal(f"{done.stdout}{done.stderr}\nNothing was changed: {' '.join(command[1:])} failed, as above.")


def fast_tests(*words: str) -> int:
    """Run the fast tests of one resource; return pytest's exit code."""
    print("  Its fast tests …", flush=True)
    command = [sys.executable, "-m", "pytest", "-q", "--no-header", "-m", "not slow and not ci and not cluster"]
    return subprocess.run([*command, "-k", " or ".join(words), *FAST], cwd=ROOT, check=False).returncode


def _startapp(changes: Changes, app: str, template: Path, target: Path | None, variables: dict[str, object]) -> None:
    from django.core.management import CommandError  # noqa: PLC0415  after the first check, which runs without it
    from django.core.management.commands.startapp import Command  # noqa: PLC0415

    if target:
        target.mkdir()
    # Without a target startapp makes the folder, in the current one: one that is there would count as taken.
    os.chdir(ROOT)
    changes.made.append(target or ROOT / app)
    options = {"template": str(template), "extensions": ["py", "toml"], "files": [], "verbosity": 0, **variables}
    try:
        Command().handle(name=app, directory=target and str(target), **options)
    except CommandError as error:
        raise Refusal(f"{error} Type another NAME.") from None


def _tell(changes: Changes, names: Names, seconds: float) -> None:
    written = {
        f"{names.app}/models.py": "the table",
        f"{names.app}/api.py": f"/{names.path}: members, filters, orderings",
        f"{names.app}/admin.py, demo.py": "the admin, and rows for `make run`",
        f"{names.app}/migrations/": "the table's first migration",
        f"tests/{names.app}/factories.py": "rows for tests",
        ", ".join(changes.edited): "lines that name it",
    }
    for file, what in written.items():
        print(f"  {what:<40} {file}")
    print(f"  Written in {seconds:.0f} s. Next: read them, `make run`, `make test`, commit.")
    print("  A rule of a write goes into `computed` (docs/your-own-fields.md).")
