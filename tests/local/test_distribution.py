"""`pytest -n auto` begins with long modules, keeps a module on one worker, and gives each worker its own database."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.postgresql_plugin import MOST_WORKERS, ROOT, pytest_xdist_auto_num_workers

TESTS = """
import time, pytest
from django.db import connection

def where(request):
    name = connection.settings_dict["NAME"]
    with open({log!r}, "a") as file:
        file.write(f"{{request.node.path.stem}} {{connection.settings_dict['PORT']}} {{name}}\\n")

{mark}
@pytest.mark.parametrize("number", range(3))
def test_it(request, db, number):
    where(request)
"""


@pytest.mark.slow
def test_long_modules_begin_first_and_each_stays_on_one_worker_with_a_server_of_its_own(tmp_path: Path) -> None:
    log = tmp_path / "log"
    for name, mark in (("test_a", ""), ("test_b", ""), ("test_y", "@pytest.mark.slow"), ("test_z", "@pytest.mark.ci")):
        (tmp_path / f"{name}.py").write_text(TESTS.format(log=str(log), mark=mark))
    command = [sys.executable, "-m", "pytest", "-n", "2", "-m", "not cluster", "--rootdir", str(ROOT), str(tmp_path)]
    done = subprocess.run(
        [*command, "-c", str(ROOT / "pyproject.toml"), "-p", "no:cacheprovider", "--randomly-seed=7"],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith(("DB_", "PYTEST_"))},
        capture_output=True,
        text=True,
        check=False,
        timeout=170,
        start_new_session=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "--randomly-seed=7" in done.stdout
    lines = [line.split() for line in log.read_text().splitlines()]
    first = {port: module for module, port, _ in reversed(lines)}
    assert set(first.values()) == {"test_y", "test_z"}
    databases = {module: {tuple(place) for name, *place in lines if name == module} for module, *_ in lines}
    assert all(len(places) == 1 for places in databases.values())


def test_there_are_more_workers_than_cores_but_not_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    assert pytest_xdist_auto_num_workers() == 3
    monkeypatch.setattr("os.cpu_count", lambda: 64)
    assert pytest_xdist_auto_num_workers() == MOST_WORKERS
