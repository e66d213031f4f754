"""CPU time is that of whole process trees, and a quota holds."""

import os
import subprocess
import sys
import time

import pytest

from pattern.benchmarks import cpu
from tests.quota import NoQuotaError, quota

BURN = "import time\nend = time.process_time() + {seconds}\nwhile time.process_time() < end: pass\n"


def run_burning(seconds: float, within: tuple[str, ...] = ()) -> None:
    command = [*within, sys.executable, "-S", "-c", BURN.format(seconds=seconds)]
    subprocess.run(command, check=True, timeout=60)


def test_a_tree_has_what_its_ended_children_used() -> None:
    before = cpu.tree_seconds(os.getpid())
    run_burning(0.2)
    assert 0.2 <= cpu.tree_seconds(os.getpid()) - before < 0.6


def test_a_tree_has_what_its_living_children_use() -> None:
    burning = subprocess.Popen(
        ["sh", "-c", f'"{sys.executable}" -S -c "while True: pass" & wait'], start_new_session=True
    )
    try:
        deadline = time.monotonic() + 20
        while cpu.tree_seconds(burning.pid) < 0.2 and time.monotonic() < deadline:
            time.sleep(0.02)
        assert cpu.tree_seconds(burning.pid) >= 0.2
    finally:
        os.killpg(burning.pid, 9)
        burning.wait(timeout=10)


def test_what_somebody_else_used_makes_a_slice_noisy() -> None:
    used = cpu.Used(elapsed=1.0, server=0.5, postgresql=0.2, client=0.1, machine=0.9, stolen=0.1)
    assert used.others == pytest.approx(0.2 / (os.cpu_count() or 1))


def test_a_quarter_of_a_core_takes_four_times_as_long() -> None:
    try:
        with quota(0.25, 64) as group:
            started = time.monotonic()
            run_burning(0.15, group.within)
            assert time.monotonic() - started >= 0.15 * 4 * 0.6  # the first period's share comes at once
            # On a busy machine it may not even have got its share: other suites end within minutes.
            while not group.throttled() and time.monotonic() - started < 300:
                run_burning(0.15, group.within)
            assert group.throttled() > 0
            folders = group.folders
        assert not any(folder.exists() for folder in folders)
    except NoQuotaError as reason:
        pytest.skip(str(reason))
