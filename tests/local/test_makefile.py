"""`make` lists every target and says what one lacks; `make check` runs every static check and says which failed."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.postgresql_plugin import ROOT
from tests.stand_ins import beginning

pytestmark = [
    pytest.mark.slow,  # a process or more for each case
    pytest.mark.skipif(shutil.which("make") is None, reason="make is missing: apt-get install make"),
]

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


# ── make check ──────────────────────────────────────────────────────────────────────────────────────────────────────
SCRIPT = ROOT / "local" / "check.sh"
# Fails where its words hold $FAIL; every call is written down.
STAND_IN = """{beginning}import os, sys
words = " ".join(sys.argv[1:])
with open(os.environ["CALLS"], "a") as calls:
    calls.write(words + "\\n")
if os.environ["FAIL"] in words:
    print("the reason of " + os.environ["FAIL"])
    sys.exit(1)
"""
ALL = ["lock", "format", "lint", "imports", "yaml", "shell", "security", "deploy", "migrations", "types"]


class House:
    """A folder with the script, and with programs that do nothing."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.calls = folder, folder / "calls"
        for name in ("python", "shellcheck"):
            program = folder / ".venv" / "bin" / name
            program.parent.mkdir(parents=True, exist_ok=True)
            program.write_text(STAND_IN.format(beginning=beginning()))
            program.chmod(0o755)
        (folder / "local").mkdir()
        shutil.copy(SCRIPT, folder / "local")

    def check(self, *words: str, failing: str = "nothing") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["sh", str(self.folder / "local" / "check.sh"), *words],
            env={**os.environ, "CALLS": str(self.calls), "FAIL": failing},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            start_new_session=True,
        )


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def test_every_check_is_a_line_with_its_reason(house: House) -> None:
    done = house.check()
    assert done.returncode == 0, done.stdout + done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines()] == ALL
    assert all(len(line.split()) > 2 for line in done.stdout.splitlines())


def test_the_quick_ones_are_the_first(house: House) -> None:
    assert [line.split()[0] for line in house.check("quick").stdout.splitlines()] == ALL[:5]


@pytest.mark.parametrize(("words", "name"), [("lock_check", "lock"), ("yamllint", "yaml"), ("mypy", "types")])
def test_a_check_that_fails_shows_its_output_and_the_others_run(house: House, words: str, name: str) -> None:
    done = house.check(failing=words)
    assert done.returncode == 1
    assert f"the reason of {words}" in done.stdout
    assert done.stdout.splitlines()[-1] == f"failed: {name}"
    lines = [line.split()[0] for line in done.stdout.splitlines() if not line.startswith("the reason of")]
    assert lines == [*ALL, "failed:"]


def test_a_machine_without_shellcheck_is_told_how_to_get_it(house: House) -> None:
    (house.folder / ".venv/bin/shellcheck").unlink()
    done = house.check()
    assert done.returncode == 0
    assert re.search(r"^shell +skipped: .*; install it: ", done.stdout, re.MULTILINE)


def test_the_folders_of_the_security_check_are_also_those_of_mypy_which_fails_where_one_is_gone(house: House) -> None:
    (house.folder / "cost").mkdir()
    (house.folder / "cost" / "resource.toml").touch()  # what makes a folder an app, here with a name that is there
    house.check()
    calls = house.calls.read_text().splitlines()
    (security,) = [call.partition(" -r ")[2].split() for call in calls if "bandit" in call]
    (types,) = [call.partition("mypy ")[2].split() for call in calls if "mypy" in call]
    assert security == ["todoproject", "local", "cost"]
    assert set(security) < set(types)
    assert [folder for folder in types if not (ROOT / folder).exists()] == []
