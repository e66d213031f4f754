"""Regenerates what depends on the renamed files: order and wrapping of code, generated files, the longest line."""

import re
import subprocess
import sys
from pathlib import Path

from local.refusal import Refusal

type Command = tuple[str, ...]

_FORMAT: Command = ("-m", "ruff", "format", "--quiet", ".")
_CODE: tuple[Command, ...] = (("-m", "ruff", "check", "--fix-only", "--quiet", "."), _FORMAT)
_OPENAPI = ("manage.py", "spectacular", "--file", "docs/openapi.yaml", "--validate", "--fail-on-warn")
# Where a line may be longer, or has become shorter, ruff wants statements on one line that stood on several.
_GENERATORS: tuple[Command, ...] = (
    ("-m", "ruff", "check", "--select=SIM", "--fix-only", "--unsafe-fixes", "--quiet", "."),
    _FORMAT,
    ("-m", "local.no_database", *_OPENAPI),
    ("-m", "monitoring.generate"),
    ("-m", "tests.kustomize.golden_files"),
)
# A longer word makes sentences longer that no formatter wraps: comments, docstrings, annotations of manifests.
_LIMITS: tuple[tuple[str, str, Command], ...] = (
    (
        "pyproject.toml",
        r"(max-line-length = )\d+",
        ("-m", "ruff", "check", "--select=E501", "--output-format=concise", "."),
    ),
    (".yamllint.yaml", r"(line-length: {max: )\d+", ("-m", "yamllint", "--format=parsable", ".")),
)
_TOO_LONG = re.compile(r"too long \((\d+) > ")
_SECONDS = 120


def regenerate(root: Path) -> None:
    """Run `make format openapi monitoring golden`, and raise the limit of a line's length to the longest line.

    Raises Refusal where one of them fails.
    """
    for command in _CODE:
        _succeed(root, command)
    for file, setting, command in _LIMITS:
        if lengths := [int(length) for length in _TOO_LONG.findall(_run(root, command).stdout)]:
            path = root / file
            path.write_text(re.sub(setting, rf"\g<1>{max(lengths)}", path.read_text()))
    for command in _GENERATORS:
        _succeed(root, command)


def _succeed(root: Path, command: Command) -> None:
    done = _run(root, command)
    if done.returncode:
        raise Refusal(
            f"The words are replaced, but `python {' '.join(command)}` failed: {done.stdout}{done.stderr}\n"
            "`git reset --hard` takes everything back."
        )


def _run(root: Path, command: Command) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command], cwd=root, capture_output=True, text=True, check=False, timeout=_SECONDS
    )
