"""Each program explains itself when asked for help, and does nothing else."""

import os
import re
import subprocess
import sys

import pytest

from tests.postgresql_plugin import ROOT

pytestmark = pytest.mark.slow  # a process or more for each case

# What its help must name, besides how it is called.
PROGRAMS = {
    "local": "python -m local user eve",
    "local.update": "upstream_commit",
    "deploy": "--env prod --resume",
    "deploy release": "--resume",
    "cost": "environment",
    "monitoring.generate": "rules, dashboards, bake queries",
    "installer": "make platform ENV=dev",
    "pipeline": "python -m pipeline.revert COMMIT",
}


def python(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *words],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": "platform", "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "120"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        start_new_session=True,
    )


@pytest.mark.parametrize("words", PROGRAMS)
def test_help_says_how_it_is_called_and_succeeds(words: str) -> None:
    done = python(*words.split(), "--help")
    assert done.returncode == 0, done.stderr
    assert re.search(rf"python3? -m {re.escape(words)}", done.stdout)
    assert PROGRAMS[words] in done.stdout


def test_asking_the_generator_for_help_writes_no_file() -> None:
    written = [ROOT / "monitoring" / "bake.json", *(ROOT / "monitoring").glob("rules/*.yaml")]
    before = [path.stat().st_mtime_ns for path in written]
    python("monitoring.generate", "--help")
    assert [path.stat().st_mtime_ns for path in written] == before


def test_every_module_of_the_pipeline_that_is_a_program_is_listed() -> None:
    programs = [path.stem for path in (ROOT / "pipeline").glob("[a-z]*.py") if "__main__" in path.read_text()]
    listed = python("pipeline").stdout
    assert programs
    assert [name for name in programs if f"  python -m pipeline.{name}" not in listed] == []
