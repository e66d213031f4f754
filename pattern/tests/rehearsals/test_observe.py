"""`make observe` and `make incident` as a person meets them: what they print, and what they leave behind."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from local import ports, processes
from local.interruption import Interruption
from pattern.rehearsals.stack import Stack
from tests.monitoring.tools import needed
from tests.postgresql_plugin import ROOT
from tests.process.conftest import Serve
from tests.process.gunicorn_process import Metered

pytestmark = [pytest.mark.ci, pytest.mark.timeout(600)]


def live(*words: str, state: Path, **variables: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "pattern.rehearsals", *words],
        cwd=ROOT,
        env={**os.environ, "LOCAL_STATE": str(state), **variables},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def left_in(folder: Path) -> list[int]:
    """The pids of processes that still run of those that were started for `folder`."""
    pids = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
    return [pid for pid in pids if str(folder) in processes.command(pid)]


def test_observe_prints_the_objectives_and_what_users_feel_and_ends_what_it_started(
    serve: Serve, caller: dict[str, str], tmp_path: Path
) -> None:
    needed("prometheus")
    metered = Metered(serve, WEB_WORKERS="2")
    process = live("observe", "--once", state=tmp_path, METRICS_PORT=str(metered.metrics_port))
    while process.poll() is None:  # the figures come with the traffic; below 100 lists a slow one is no alert yet
        metered.ask_todos(1, caller)
        time.sleep(1)
    said, _ = process.communicate(timeout=20)
    assert process.returncode == 0, said
    assert re.search(r"^availability +99\.9 % +100\.0%( +0\.0){5} +0$", said, re.MULTILINE), said
    assert re.search(r"^latency +99 % ", said, re.MULTILINE), said
    assert re.search(r"^/notices +\d+\.\d\d +0\.0%( +\d+ ms){3}$", said, re.MULTILINE), said
    assert "No alert is pending or firing." in said
    assert left_in(tmp_path / "observe") == []


def test_observe_without_a_service_says_what_to_start(tmp_path: Path) -> None:
    process = live("observe", state=tmp_path, METRICS_PORT=str(ports.any_free()))
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "start one by `make run`" in said


def test_without_prometheus_the_command_that_installs_it_is_said(tmp_path: Path) -> None:
    process = live("incident", "errors", state=tmp_path, PATH=str(Path(sys.executable).parent))
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "apt-get install prometheus" in said


def test_a_machine_without_the_database_exporter_has_the_colours_to_watch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pattern.rehearsals.stack.EXPORTER", "an-exporter-that-nobody-has")
    stack = Stack(tmp_path, Interruption())
    try:
        stack.start()
        stack.release("blue")
        assert [target["job"] for target in stack.targets] == ["service"]
    finally:
        stack.stop()


def test_an_incident_that_is_interrupted_leaves_nothing_running(tmp_path: Path) -> None:
    needed("prometheus")
    process = live("incident", "pool", state=tmp_path)
    assert process.stdout
    for line in process.stdout:
        if "BROKEN" in line:
            break
    assert left_in(tmp_path / "incident")
    os.kill(process.pid, signal.SIGINT)
    said, _ = process.communicate(timeout=90)
    assert process.returncode == 130, said
    assert left_in(tmp_path / "incident") == []
