"""What `make test`, `make quick` and `make check` run: each check once, the cheapest first, with its reason.

The suites of tests (local/suites.py) run beside the checks; each shows its output when it has ended.
"""

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from local.side_by_side import run
from local.suites import SUITES, Suite

DJANGO, PRODUCTION = "django", "production"  # which environment a check's process gets


class Check(NamedTuple):
    """A command to run as `python …`, and why."""

    name: str
    reason: str
    command: tuple[str, ...]
    environment: str = ""
    needs: str = ""  # a program of .venv/bin that some machines have no wheel of


# A suite with an environment of its own has types and packages of its own too.
TESTS = tuple(dict.fromkeys(path for suite in SUITES if not suite.environment for path in suite.paths))
CODE = (
    "todoproject",
    "todos",
    "local",
    "cost",
    "deploy",
    "monitoring",
    "pipeline",
    "platform/installer",
    *("terraform/lambda/database_access", "terraform/build_lambda.py", "terraform/module_readmes.py"),
    "terraform/write_values.py",
    *TESTS,
    *(folder for folder in ("pattern",) if Path(folder).is_dir()),
)
# What bandit reads: not what tests do, nor what only measures.
SECURITY = ("todoproject", "todos", "local")
IMPORTS = "from importlinter.cli import lint_imports_command; lint_imports_command()"

CHECKS = (
    Check("lock", "requirements are what was locked", ("-m", "local.lock_check")),
    Check(
        "format",
        "diffs show changes, not taste",
        ("-m", "ruff", "format", "--check", "--quiet", "--output-format=concise", "."),
    ),
    Check("lint", "likely bugs and unclear code", ("-m", "ruff", "check", "--quiet", "--output-format=concise", ".")),
    Check("yaml", "no YAML with two meanings", ("-m", "yamllint", "--strict", ".")),
    Check(
        "shell",
        "no shell traps",
        (
            "-m",
            "local.program",
            "shellcheck",
            ".ci/run",
            "local/environment.sh",
            "local/image.sh",
            "local/lock.sh",
            "kustomize/overlays/local/postgresql/2-passwords.sh",
            "tests/image/base.sh",
        ),
        needs="shellcheck",
    ),
    Check("imports", "the rules of the house hold", ("-c", IMPORTS)),
    Check(
        "security",
        "no well-known weaknesses",
        ("-m", "bandit", "-q", "-ll", "-ii", "-c", "pyproject.toml", "-r", *SECURITY),
    ),
    Check(
        "deploy",
        "Django's own checks of production",
        ("manage.py", "check", "--deploy", "--fail-level", "WARNING"),
        PRODUCTION,
    ),
    Check("migrations", "models and migrations agree", ("manage.py", "makemigrations", "--check", "--dry-run"), DJANGO),
    Check("types", "no call with the wrong kind of value", ("-m", "mypy", *CODE), DJANGO),
)
QUICK = ("lock", "format", "lint", "yaml", "imports")
OPENAPI = Check(
    "openapi",
    "docs/openapi.yaml anew",
    ("manage.py", "spectacular", "--file", "docs/openapi.yaml", "--validate", "--fail-on-warn"),
    DJANGO,
)


def parser() -> argparse.ArgumentParser:
    """Return the command line, whose help is a list of all that can be run alone."""
    each: tuple[Check | Suite, ...] = (*CHECKS, *SUITES, OPENAPI)
    width = max(len(one.name) for one in each)
    made = argparse.ArgumentParser(
        prog="python -m local.checks",
        description="Run static checks and tests, as `make test`, `make quick` and `make check` do, or one of them.",
        epilog="alone:\n" + "\n".join(f"  {one.name:<{width}}  {one.reason}" for one in each),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    names = ("test", "quick", "check", *(one.name for one in each))
    made.add_argument("what", choices=names, metavar="WHAT", help="test, quick, check, or one name of those below")
    return made


def main() -> int:
    """Run what is asked for; return the exit code."""
    wanted = parser().parse_args().what
    # bandit finds nothing wrong with a folder that is not there.
    if absent := [path for path in (*SECURITY, *CODE) if not Path(path).exists()]:
        names = ", ".join(dict.fromkeys(absent))
        print(f"local/checks.py checks {names}, which is not there: name what took its place.")
        return 1
    suites = tuple(suite for suite in SUITES if suite.belongs)
    if wanted == "test":
        return run(CHECKS, [suite.within_minutes() for suite in suites], cover=True)
    if wanted == "quick":
        quick = tuple(check for check in CHECKS if check.name in QUICK)
        return run(quick, [replace(suite, fast=True) for suite in suites if suite.quick])
    if wanted == "check":
        return run(CHECKS)
    checks = tuple(check for check in (*CHECKS, OPENAPI) if check.name == wanted)
    return run(checks, tuple(suite for suite in SUITES if suite.name == wanted))


if __name__ == "__main__":
    sys.exit(main())
