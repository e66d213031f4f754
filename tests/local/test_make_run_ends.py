"""However `make run` ends, nothing of it goes on running: signals, crashes, `make stop`."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local import processes
from tests.local.laptop import Laptop, alive, new_laptop
from tests.postgresql_plugin import ROOT

pytestmark = pytest.mark.ci


@pytest.fixture(scope="module")
def laptop(tmp_path_factory: pytest.TempPathFactory) -> Laptop:
    """A laptop on which nothing runs between the tests."""
    return new_laptop(tmp_path_factory.mktemp("laptop"))


@pytest.fixture
def heard() -> Iterator[None]:
    """Children of this process do not ignore SIGHUP, as they would below nohup."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.mark.usefixtures("heard")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_a_signal_stops_everything_that_was_started_with_exit_code_0(laptop: Laptop, number: signal.Signals) -> None:
    with laptop.running() as run:
        started = run.everything()
        run.process.send_signal(number)
        assert run.process.wait(timeout=60) == 0
        assert not alive(started)


def test_ctrl_c_which_reaches_the_whole_terminal_group_stops_everything_too(laptop: Laptop) -> None:
    with laptop.running() as run:
        started = run.everything()
        os.killpg(run.process.pid, signal.SIGINT)
        assert run.process.wait(timeout=60) == 0
        assert not alive(started)


def test_a_signal_during_the_start_leaves_nothing_behind(tmp_path: Path) -> None:
    laptop = new_laptop(tmp_path)
    process = subprocess.Popen(
        [sys.executable, "-m", "local", "run"],
        cwd=ROOT,
        env=laptop.environment(),
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while not laptop.state.server.pid():
        assert process.poll() is None
    server = laptop.state.server.pid()
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=60) == 0
    assert not alive({server})


def test_when_the_service_dies_everything_stops_and_the_exit_code_says_so(laptop: Laptop) -> None:
    with laptop.running() as run:
        started = run.everything()
        os.kill(int(laptop.state.gunicorn_pid.read_text()), signal.SIGKILL)
        assert run.process.wait(timeout=60) == 1
        assert "The service ended by itself" in run.errors.read_text()
        assert not alive(started)


@pytest.fixture
def killed_run(laptop: Laptop) -> Iterator[set[int]]:
    """What goes on running when the supervisor is killed."""
    with laptop.running() as run:
        left = run.everything() - {run.process.pid}
        run.process.kill()
        run.process.wait(timeout=60)
        yield left


def test_stop_ends_what_a_killed_run_left_and_says_what(laptop: Laptop, killed_run: set[int]) -> None:
    stopped = laptop.command("stop")
    assert stopped.returncode == 0
    assert "stopped the service that a killed run had left" in stopped.stderr
    assert "stopped the PostgreSQL that a killed run had left" in stopped.stderr
    assert not alive(killed_run)
    assert "nothing of this clone was running" in laptop.command("stop").stderr


def test_a_new_run_ends_what_a_killed_run_left_and_starts(laptop: Laptop, killed_run: set[int]) -> None:
    with laptop.running() as run:
        assert not alive(killed_run)
        assert "had left" in run.errors.read_text()


def test_stop_ends_a_run_in_the_background(laptop: Laptop) -> None:
    with laptop.running() as run:
        started = run.everything()
        stopped = laptop.command("stop")
        assert f"stopped `make run` (pid {run.process.pid})" in stopped.stderr
        assert run.process.wait(timeout=60) == 0
        assert not alive(started)


def test_stop_spares_a_process_that_has_got_the_number_of_ours(laptop: Laptop) -> None:
    with subprocess.Popen(["sleep", "60"]) as stranger:
        laptop.state.folder.mkdir(parents=True, exist_ok=True)
        laptop.state.gunicorn_pid.write_text(str(stranger.pid))
        try:
            assert "nothing of this clone was running" in laptop.command("stop").stderr
            assert processes.command(stranger.pid)
        finally:
            stranger.kill()
