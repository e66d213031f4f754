"""`make check` runs every static check, says which failed and why, and looks at what it says it looks at."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.postgresql_plugin import ROOT
from tests.stand_ins import beginning

pytestmark = pytest.mark.slow  # a process or more for each case

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
