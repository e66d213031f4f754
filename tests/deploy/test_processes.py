"""The tool as a process, with kubectl as a program in PATH: exit codes, SIGKILL in the middle, two at the same time."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from deploy import kubectl
from local import processes
from tests.deploy.world import ROOT, Scene, image
from tests.stand_ins import beginning

PROGRAM = """{beginning}import sys, time
sys.path.insert(0, {root!r})
from pathlib import Path
from tests.deploy.scripted.kubectl import main
code, out, error = main(sys.argv[1:], Path({folder!r}), time.time())
sys.stdout.write(out)
sys.stderr.write(error)
sys.exit(code)
"""
# Pods of the script need twenty seconds; here they are real ones, so the script is told to be quick.
QUICK = {"gate_seconds": 1, "bake_seconds": 2, "poll_seconds": 1, "requests_per_second": 2}


class Shell:
    """Starts `python -m deploy` on a scene; its kubectl works with the real time."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        program = scene.folder / "bin" / "kubectl"
        program.parent.mkdir()
        program.write_text(PROGRAM.format(beginning=beginning("-SE"), root=str(ROOT), folder=str(scene.folder)))
        program.chmod(0o755)
        scene.release_file(**QUICK)
        scene.change(seconds_to_ready=1, seconds_of_a_job=1)
        self.environment = {**os.environ, "PATH": f"{program.parent}:{os.environ['PATH']}"}

    def start(self, *words: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "deploy", words[0], "--env", "local", *words[1:]]
        command += ["--release-file", str(self.scene.folder / "release.toml"), "--bake-file", "tests/deploy/bake.json"]
        return subprocess.Popen(
            command, cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            start_new_session=True,
        )  # fmt: skip

    def run(self, *words: str) -> tuple[int, str]:
        process = self.start(*words)
        out, _ = process.communicate(timeout=600)
        return process.returncode, out


@pytest.fixture
def shell(scene: Scene) -> Shell:
    return Shell(scene)


def await_that(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 300
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.slow
def test_a_process_that_gets_sigkill_in_its_bake_is_resumed_by_another(shell: Shell) -> None:
    shell.scene.release_file(lease_seconds=4)
    process = shell.start("release", "--image", image("b"))
    await_that(lambda: shell.scene.live == "green")
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=30)
    code, out = shell.run("release", "--image", image("c"))
    assert code in {11, 12}, out
    code, out = shell.run("release", "--resume")
    assert code == 0, out
    assert (shell.scene.live, shell.scene.journal()["state"]) == ("green", "finished")


@pytest.mark.slow
def test_of_two_releases_at_once_one_is_refused_and_told_by_whom(shell: Shell) -> None:
    processes = [shell.start("release", "--image", image(letter)) for letter in "bc"]
    results = {}

    def end(number: int) -> None:
        out, _ = processes[number].communicate(timeout=600)
        results[number] = (processes[number].returncode, out)

    threads = [threading.Thread(target=end, args=(number,)) for number in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(code for code, _ in results.values()) == [0, 11], results
    refused, winner = sorted((0, 1), key=lambda number: -results[number][0])
    assert f"/{processes[winner].pid}" in results[refused][1], "the holder is named"
    assert ", since 20" in results[refused][1]


@pytest.mark.slow
def test_a_cancelled_release_gives_the_lease_back_and_says_how_to_go_on(shell: Shell) -> None:
    process = shell.start("release", "--image", image("b"))
    await_that(lambda: "Job/todo-migrate-bbbbbbbbbbbb" in shell.scene.store.objects)
    os.kill(process.pid, signal.SIGTERM)
    out, _ = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "Interrupted." in out
    assert shell.scene.thing("Lease", "todo-release")["spec"] == {}
    assert shell.run("release", "--resume")[0] == 0


def test_wrong_usage_is_exit_code_2_with_a_sentence(shell: Shell) -> None:
    code, out = shell.run("release")
    assert (code, "release needs --image" in out) == (2, True)
    process = subprocess.run(
        [sys.executable, "-m", "deploy", "status", "--env", "moon"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (process.returncode, "There is no environment moon" in process.stdout) == (2, True)


def test_help_teaches_by_examples() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "deploy", "--help"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    for words in ("release  --env dev", "rollback --env prod", "--break-glass", "exit codes:", "kubectl apply -k"):
        assert words in done.stdout


@pytest.mark.slow
def test_a_warm_rollback_gives_the_flip_as_its_third_command(released: Scene) -> None:
    """One look, the Lease, the flip. How long that takes here is a figure of a scripted kubectl, and only shown."""
    shell = Shell(released)
    released.change(commands=[])
    began = time.time()
    code, out = shell.run("rollback", "--json")
    assert code == 0, out
    given = [" ".join(words[2:4]) for words in released.store.content["commands"]]
    assert given[:3] == [
        "get ingresses,services,deployments,horizontalpodautoscalers,configmaps,leases",
        "replace -f",
        "apply -k",
    ]
    shown = [event for event in map(json.loads, out.splitlines()) if event["event"] == "command"]
    first, flip = (datetime.fromisoformat(shown[number]["at"]).timestamp() - began for number in (0, 2))
    sys.stdout.write(
        f"rollback: first kubectl {first:.2f} s after the command was given, the flip {flip:.2f} s after\n"
    )
    assert shown[2]["command"].endswith("traffic-blue")


def test_the_tool_imports_nothing_that_a_rollback_can_do_without() -> None:
    """Nothing of Django; and what takes long to load, which only a bake or AWS needs."""
    heavy = ("django", "boto", "todo", "urllib.request", "http", "ssl", "logging")
    code = f"import deploy.cli, sys; print([name for name in sys.modules if name.startswith({heavy})])"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout.strip() == "[]", done.stderr


def test_a_command_without_end_is_killed_with_its_children_and_counts_as_away(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    child = tmp_path / "child"
    for seconds in (0.5, 5, 25):
        monkeypatch.setattr(kubectl, "TIMEOUT_SECONDS", seconds)
        answer = kubectl.execute(["sh", "-c", f"sleep 600 & echo $! > {child}; wait"])
        assert "timed out after" in answer.error
        assert any(sign in answer.error for sign in kubectl.UNREACHABLE)
        if child.exists() and child.read_text():
            break  # else a slow machine had not begun when time was over
    assert processes.gone(int(child.read_text()), seconds=60)


def test_json_is_one_object_a_line(shell: Shell) -> None:
    code, out = shell.run("status", "--json")
    assert code == 0
    events = [json.loads(line) for line in out.splitlines()]
    assert events[-1]["live"] == "blue"
