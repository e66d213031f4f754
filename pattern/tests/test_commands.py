"""The commands of this folder say how they are called, and what they lack."""

import os
import shutil
import subprocess
import sys

import pytest

from local.state import ROOT

pytestmark = pytest.mark.slow  # a process or more for each case


def run(*command: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name not in {"NAME", "KIND", "MAKEFLAGS", "MAKELEVEL"}}
    return subprocess.run(
        command,
        cwd=ROOT,
        env={**kept, "COLUMNS": "120"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        start_new_session=True,
    )


@pytest.mark.parametrize(
    ("module", "words"), {"pattern.rehearsals": "kinds of incident", "pattern.benchmarks": "make bench"}.items()
)
def test_help_says_how_it_is_called_and_succeeds(module: str, words: str) -> None:
    done = run(sys.executable, "-m", module, "--help")
    assert done.returncode == 0, done.stderr
    assert f"python -m {module}" in done.stdout
    assert words in done.stdout


@pytest.mark.skipif(shutil.which("make") is None, reason="make is missing: apt-get install make")
@pytest.mark.parametrize(("target", "needs"), [("service", "NAME='Acme work orders'"), ("incident", "KIND=errors")])
def test_a_target_without_its_variable_says_in_one_line_what_to_type(target: str, needs: str) -> None:
    done = run("make", "-o", ".venv/run", "-o", ".venv/test", target)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert f"make {target} needs {needs.partition('=')[0]}=…: make {target} {needs}." in line
