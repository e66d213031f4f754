"""`make test` tells the truth: whatever fails in a suite ends it red, and nothing is skipped in silence."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from local import processes
from local.background import Background
from local.result import Result, read_report, summary
from local.suite_run import SuiteRun
from local.suites import SUITES, Suite

TESTS = """
import pytest

@pytest.fixture
def torn():
    yield
    raise RuntimeError

def test_passes(): pass
def test_fails(): assert False
def test_fails_twice(torn): assert False
def test_passes_and_is_torn_down_badly(torn): pass
def test_errs(missing): pass
@pytest.mark.parametrize("number", [1, 2])
def test_skips(number): pytest.skip("no kettle; install it: apt-get install kettle")
"""


def result_of(folder: Path, tests: str) -> Result:
    """Run these tests in a pytest of their own, and read its report."""
    (folder / "test_these.py").write_text(tests)
    command = [sys.executable, "-m", "pytest", "-c", os.devnull, "--rootdir=.", "--junitxml=report.xml"]
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # no Django for these
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False, timeout=60)
    return read_report("these", folder / "report.xml", code=done.returncode, seconds=1)


def test_failures_errors_and_skips_are_counted_as_pytest_counts_them(tmp_path: Path) -> None:
    result = result_of(tmp_path, TESTS)
    assert (result.passed, result.failed, len(result.skips)) == (1, 5, 2)


def test_a_pytest_that_stops_without_a_failed_test_has_failed(tmp_path: Path) -> None:
    result = result_of(tmp_path, "import pytest\ndef test_passes(): pytest.exit('for a reason', returncode=5)\n")
    assert result.failed == 1
    assert "exit code 5" in result.note


def test_a_suite_without_a_report_has_failed(tmp_path: Path) -> None:
    result = read_report("gone", tmp_path / "none.xml", code=0, seconds=1)
    assert (result.passed, result.failed) == (0, 1)


def test_a_suite_that_took_too_long_has_failed_whatever_it_reported(tmp_path: Path) -> None:
    assert result_of(tmp_path, "def test_passes(): pass\n").failed == 0
    assert read_report("late", tmp_path / "report.xml", code=None, seconds=1).failed == 1


def test_the_last_line_is_the_sum_alone_and_each_skip_has_its_reason(tmp_path: Path) -> None:
    text = summary([result_of(tmp_path, TESTS), Result("checks", 2, passed=10, failed=1, note="lint")], 3)
    assert text.splitlines()[-1] == "11 passed, 6 failed, 2 skipped"
    assert text.count("no kettle; install it: apt-get install kettle") == 2
    assert "lint" in text


def test_a_suite_whose_folders_are_not_there_is_not_in_the_table() -> None:
    assert not Suite("planned", "later", ("nowhere",), 10).belongs
    assert Suite("half", "later", ("nowhere", "local"), 10).paths == ["tests/local"]


def test_what_only_ci_runs_belongs_there_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    suite = Suite("local", "", ("local",), 10, ci=True)
    monkeypatch.delenv("CI", raising=False)
    assert not suite.belongs
    monkeypatch.setenv("CI", "true")
    assert suite.belongs


def test_a_suite_without_its_program_is_skipped_on_a_laptop_and_fails_in_ci(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    suite = Suite("local", "", ("local",), 10, environment="nowhere", needs="no-such-program", install="by hand")
    monkeypatch.delenv("CI", raising=False)
    with Background() as background:
        skipped = SuiteRun(background, tmp_path).result_of(suite)
        monkeypatch.setenv("CI", "true")
        failed = SuiteRun(background, tmp_path).result_of(suite)
    assert skipped.skips == ("no-such-program is not on this machine; install it: by hand",)
    assert failed.failed == 1


def test_slow_tests_that_take_minutes_are_left_out_on_a_laptop_which_is_said_and_run_in_ci(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "slow"
    folder.mkdir()
    (folder / "test_it.py").write_text("import pytest\n@pytest.mark.slow\ndef test_fails(): assert False\n")
    own = ("-c", "pyproject.toml", str(folder))
    suite = Suite("local", "", (), 60, minutes=7, arguments=own)
    monkeypatch.delenv("CI", raising=False)
    with Background() as background:
        here = SuiteRun(background, tmp_path).result_of(suite.within_minutes())
        monkeypatch.setenv("CI", "true")
        in_ci = SuiteRun(background, tmp_path).result_of(suite.within_minutes())
    assert (here.passed, here.failed) == (0, 0)
    assert here.skips == (
        "its slow tests, about 7 minutes: `.venv/bin/python -m local.checks local` runs them, and so does CI",
    )
    assert (in_ci.failed, in_ci.skips) == (1, ())


def test_every_folder_of_tests_belongs_to_a_suite() -> None:
    covered = {path for suite in SUITES for path in suite.paths}
    folders = {f"tests/{path.parent.name}" for path in Path("tests").glob("*/__init__.py")}
    assert folders == covered, "make test would leave these out: local/suites.py"


def test_a_command_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    with Background() as background:
        started = time.monotonic()
        code = background.run(["sleep", "60"], environment=os.environ, log=tmp_path / "log", seconds=0.2)
    assert code is None
    assert time.monotonic() - started < 30


def test_leaving_ends_what_still_runs_and_begins_nothing_more(tmp_path: Path) -> None:
    with Background() as background:
        command = [sys.executable, "-c", "import os, time; print(os.getpid(), flush=True); time.sleep(60)"]
        pool = ThreadPoolExecutor(1)
        running = pool.submit(background.run, command, environment=os.environ, log=tmp_path / "log", seconds=60)
        while not (log := tmp_path / "log").exists() or not log.read_text().strip():
            time.sleep(0.02)
    assert running.result(timeout=30) != 0
    assert processes.gone(int(log.read_text().split()[0]), seconds=2)
    assert background.run(command, environment=os.environ, log=tmp_path / "log", seconds=60) is None
    pool.shutdown()
