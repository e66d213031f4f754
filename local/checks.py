"""What `make test`, `make quick` and `make check` run: each check once, the cheapest first, with its reason.

The tests run beside the static checks, since both have waiting to do; their output follows, so that it can be read.
"""

import sys
from typing import NamedTuple

from local.check_run import run_checks

DJANGO, PRODUCTION = "django", "production"  # which environment a check's process gets


class Check(NamedTuple):
    """A command to run as `python …`, and why."""

    name: str
    reason: str
    command: tuple[str, ...]
    environment: str = ""
    needs: str = ""  # a program of .venv/bin that some machines have no wheel of


# tests/terraform has types and packages of its own (`make terraform-test`).
PARTS = ("admin", "api", "cluster", "cost", "deploy", "kustomize", "process", "project")
CODE = ("todoproject", "todos", "local", "benchmarks", "cost", "deploy", *(f"tests/{part}" for part in PARTS))
IMPORTS = "from importlinter.cli import lint_imports_command; lint_imports_command()"
TESTS = ("-m", "pytest")

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
        ("-m", "local.program", "shellcheck", ".ci/run", "local/environment.sh", "local/lock.sh"),
        needs="shellcheck",
    ),
    Check("imports", "the rules of the house hold", ("-c", IMPORTS)),
    Check(
        "security",
        "no well-known weaknesses",
        ("-m", "bandit", "-q", "-ll", "-ii", "-c", "pyproject.toml", "-r", *CODE[:3]),
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
    "written",
    ("manage.py", "spectacular", "--file", "docs/openapi.yaml", "--validate", "--fail-on-warn"),
    DJANGO,
)


def main() -> int:
    """Run what is asked for: test, quick, check, openapi, or one check by its name. Return the exit code."""
    wanted = sys.argv[1] if len(sys.argv) == 2 else ""
    if wanted == "test":
        return run_checks(CHECKS, tests=(*TESTS, "-m", "not cluster", "--cov", "--cov-report=term"))
    if wanted == "quick":
        quick = tuple(check for check in CHECKS if check.name in QUICK)
        return run_checks(quick, tests=(*TESTS, "-m", "not slow and not cluster"))
    if wanted == "check":
        return run_checks(CHECKS)
    chosen = tuple(check for check in (*CHECKS, OPENAPI) if check.name == wanted)
    if not chosen:
        print(f"usage: python -m local.checks test|quick|check|openapi|{'|'.join(check.name for check in CHECKS)}")
        return 2
    return run_checks(chosen)


if __name__ == "__main__":
    sys.exit(main())
