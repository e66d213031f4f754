"""`make` lists every target where a reader looks for it, and a target that lacks a variable says what to type."""

import os
import re
import shutil
import subprocess

import pytest

from tests.postgresql_plugin import ROOT

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = re.findall(r"^([a-z][\w.-]*):", MAKEFILE, re.MULTILINE)
WIDTH = 100

# What is typed after `make`, and the variable that it lacks with the line that is right.
LACKING = {
    "user": ("NAME", "make user NAME=eve PASSWORD='a good password'"),
    "user NAME=eve": ("PASSWORD", "make user NAME=eve PASSWORD='a good password'"),
    "token": ("NAME", "make token NAME=eve"),
    "render": ("ENV", "make render ENV=dev COLOUR=blue"),
    "render ENV=dev": ("COLOUR", "make render ENV=dev COLOUR=blue"),
    "kubeconfig": ("ENV", "make kubeconfig ENV=dev"),
    "platform": ("ENV", "make platform ENV=dev"),
    "release": ("ENV", "make release ENV=dev DIGEST=sha256:…"),
    "release ENV=dev": ("DIGEST", "make release ENV=dev DIGEST=sha256:…"),
    "rollback": ("ENV", "make rollback ENV=prod"),
    "status": ("ENV", "make status ENV=prod"),
    "preflight": ("ENV", "make preflight ENV=dev"),
    "values": ("ENV", "make values ENV=dev"),
}
REQUIRED = {name for name, _ in LACKING.values()}

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is missing: apt-get install make")


def make(*words: str) -> subprocess.CompletedProcess[str]:
    """Run make where none of our variables is set, and no environment is made first."""
    names = {*REQUIRED, "PART", "IMAGE", "RESUME", "MAKEFLAGS", "MAKELEVEL"}
    return subprocess.run(
        ["make", "-o", ".venv/run", "-o", ".venv/test", *words],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name not in names},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
        start_new_session=True,
    )


def recipe(target: str) -> str:
    found = re.search(rf"^{re.escape(target)}:.*\n((?:\t.*\n)*)", MAKEFILE, re.MULTILINE)
    assert found
    return found[1]


@pytest.mark.parametrize("typed", LACKING)
def test_a_target_without_its_variable_says_in_one_line_what_to_type(typed: str) -> None:
    name, example = LACKING[typed]
    done = make(*typed.split())
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert f"make {typed.split(maxsplit=1)[0]} needs {name}=…: {example}." in line


def test_every_target_asks_for_the_variables_that_it_cannot_do_without() -> None:
    for target in TARGETS:
        needed = {name for name in REQUIRED if re.search(rf"\$\$?\(?{name}\b", recipe(target))}
        asked = {name for typed, (name, _) in LACKING.items() if typed.split()[0] == target}
        assert (target, needed - asked) == (target, set())


@pytest.mark.parametrize(
    ("typed", "ends"), [("render ENV=dev PART=shared", "/shared"), ("release ENV=dev RESUME=1", "--resume")]
)
def test_what_stands_for_a_variable_is_taken_instead(typed: str, ends: str) -> None:
    done = make("-n", *typed.split())
    assert done.returncode == 0, done.stderr
    assert done.stdout.rstrip().endswith(ends)


def test_a_password_reaches_the_command_as_it_was_typed() -> None:
    # `-n` would not do: the shell must see it.
    done = make("user", "NAME=eve", "PASSWORD=a$(b), $c'd", "PYTHON=printenv PASSWORD #")
    assert done.stdout == "a$(b), $c'd\n", done.stderr


def test_the_list_has_every_target_once_under_a_heading_and_no_line_is_long() -> None:
    lines = make("help").stdout.splitlines()
    listed = re.findall(r"^  make (\S+) ", "\n".join(lines), re.MULTILINE)
    assert len(listed) == len(set(listed))
    parts = re.findall(r"^  make .*(?:or|alone): ([a-z -]+)$", "\n".join(lines), re.MULTILINE)
    assert set(TARGETS) <= {*listed, *" ".join(parts).split()}
    assert len(set(TARGETS) & set(listed)) <= 25
    assert [line for line in lines if len(line) > WIDTH] == []
    headings = [line for line in lines if re.match(r"\w", line) and not line.startswith("make ")]
    assert headings[:3] == ["Start here", "Check what you changed", "Your own service"]
    assert "AWS" in headings
