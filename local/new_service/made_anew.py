"""What follows from the renamed files: order and wrapping of code, generated files, and how long a line may be."""

import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from local.refusal import Refusal

_GENERATORS: tuple[tuple[str, ...], ...] = (
    ("-m", "ruff", "check", "--fix-only", "--quiet", "."),
    ("-m", "ruff", "format", "--quiet", "."),
    ("-m", "local.checks", "openapi"),
    ("-m", "monitoring.generate"),
    ("-m", "tests.kustomize.golden_files"),
)
# A longer word makes sentences longer that no formatter wraps: comments, docstrings, annotations of manifests.
_LIMITS = (
    (
        "pyproject.toml",
        r"(max-line-length = )\d+",
        ("-m", "ruff", "check", "--select=E501", "--output-format=concise", "."),
    ),
    (".yamllint.yaml", r"(line-length: {max: )\d+", ("-m", "yamllint", "--format=parsable", ".")),
)
_TOO_LONG = re.compile(r"too long \((\d+) > ")
_SECONDS = 120


def make_anew(root: Path) -> None:
    """Run `make lint format openapi monitoring golden`, and raise the limit of a line's length to the longest line."""
    for command in _GENERATORS:
        done = _run(root, command)
        if done.returncode:
            raise Refusal(
                f"The words are replaced, but `python {' '.join(command)}` failed: {done.stdout}{done.stderr}\n"
                "`git reset --hard` takes everything back."
            )
    for file, setting, command in _LIMITS:
        if lengths := [int(length) for length in _TOO_LONG.findall(_run(root, command).stdout)]:
            path = root / file
            path.write_text(re.sub(setting, rf"\g<1>{max(lengths)}", path.read_text()))


def _run(root: Path, command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command], cwd=root, capture_output=True, text=True, check=False, timeout=_SECONDS
    )
