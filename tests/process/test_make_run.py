"""`make run`, its end, its leftovers and the commands for scripts, with real processes."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from local import processes
from tests.postgresql_plugin import ROOT
from tests.process.laptop import Laptop, alive, new_laptop

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def first_seconds() -> list[float]:
    """How long the very first start took."""
    return []


@pytest.fixture(scope="module")
def laptop(tmp_path_factory: pytest.TempPathFactory, first_seconds: list[float]) -> Laptop:
    """A laptop on which the service ran once; nothing runs now."""
    laptop = new_laptop(tmp_path_factory.mktemp("laptop"))
    with laptop.running() as run:
        first_seconds.append(run.seconds)
    return laptop


def todos_of(laptop: Laptop, token: str) -> list[dict[str, object]]:
    request = urllib.request.Request(
        f"http://127.0.0.1:{laptop.port}/todos?limit=200", headers={"Authorization": f"Bearer {token}"}
    )
    with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310  our own http address
        todos: list[dict[str, object]] = json.load(response)
    return todos


def test_the_first_start_takes_less_than_a_minute_and_a_later_one_less_than_five_seconds(
    laptop: Laptop, first_seconds: list[float]
) -> None:
    assert first_seconds[0] < 60
    later = []
    for _ in range(3):  # other work on the machine may slow one down
        with laptop.running() as run:
            later.append(run.seconds)
        if min(later) < 5:
            return
    pytest.fail(f"later starts took {later} s")


def test_the_curl_line_of_the_banner_works_when_pasted(laptop: Laptop) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is missing: apt-get install curl")
    with laptop.running() as run:
        pasted = subprocess.run(["sh", "-c", run.curl_line], capture_output=True, text=True, check=True, timeout=20)
    assert len(json.loads(pasted.stdout)) == 3


def test_data_survives_a_restart_and_the_demo_data_is_not_loaded_twice(laptop: Laptop) -> None:
    seen = []
    for _ in range(2):
        with laptop.running():
            seen.append(todos_of(laptop, laptop.command("token", "ada").stdout.strip()))
    assert seen[0] == seen[1]
    assert len(seen[0]) > 100


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_a_signal_stops_everything_that_was_started_with_exit_code_0(laptop: Laptop, number: signal.Signals) -> None:
    with laptop.running() as run:
        started = run.everything()
        run.process.send_signal(number)
        assert run.process.wait(timeout=20) == 0
        assert not alive(started)


def test_a_signal_to_the_whole_terminal_group_stops_everything_too(laptop: Laptop) -> None:
    with laptop.running() as run:
        started = run.everything()
        os.killpg(run.process.pid, signal.SIGINT)
        assert run.process.wait(timeout=20) == 0
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
    assert process.wait(timeout=20) == 0
    assert not alive({server})


def test_when_the_service_dies_everything_stops_and_the_exit_code_says_so(laptop: Laptop) -> None:
    with laptop.running() as run:
        started = run.everything()
        os.kill(int(laptop.state.gunicorn_pid.read_text()), signal.SIGKILL)
        assert run.process.wait(timeout=20) == 1
        assert "The service ended by itself" in run.errors.read_text()
        assert not alive(started)


def test_a_taken_port_is_one_sentence(laptop: Laptop) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        refused = laptop.command("run", PORT=str(other.getsockname()[1]))
    assert_refused(refused, "is taken")


def test_a_second_run_in_the_same_clone_is_one_sentence(laptop: Laptop) -> None:
    with laptop.running() as run:
        refused = laptop.command("run")
        assert_refused(refused, f"already running in this clone (pid {run.process.pid})")
        assert run.process.poll() is None


def test_a_token_is_printed_alone_whether_or_not_the_service_runs(laptop: Laptop) -> None:
    made = laptop.command("user", "eve", "a rather good password")
    assert made.returncode == 0, made.stderr
    stopped = laptop.command("token", "eve")
    assert not laptop.state.server.pid()
    with laptop.running():
        running = laptop.command("token", "eve")
        assert todos_of(laptop, running.stdout.strip()) == []
        assert todos_of(laptop, stopped.stdout.strip()) == []
    assert [len(answer.stdout.split()) for answer in (stopped, running)] == [1, 1]
    assert stopped.stdout.count(".") == 2


@pytest.fixture
def killed_run(laptop: Laptop) -> Iterator[set[int]]:
    """What goes on running when the supervisor is killed."""
    with laptop.running() as run:
        left = run.everything() - {run.process.pid}
        run.process.kill()
        run.process.wait(timeout=10)
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
        assert run.process.wait(timeout=5) == 0
        assert not alive(started)


def test_stop_spares_a_process_that_has_got_the_number_of_ours(laptop: Laptop) -> None:
    with subprocess.Popen(["sleep", "60"]) as stranger:
        laptop.state.gunicorn_pid.write_text(str(stranger.pid))
        try:
            assert "nothing of this clone was running" in laptop.command("stop").stderr
            assert processes.command(stranger.pid)
        finally:
            stranger.kill()


def assert_refused(refused: subprocess.CompletedProcess[str], reason: str) -> None:
    assert refused.returncode == 1
    assert reason in refused.stderr
    sentences = [line for line in refused.stderr.splitlines() if line.strip()]
    assert len(sentences) == 1, refused.stderr
    assert not refused.stdout
