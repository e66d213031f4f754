"""The tool as a process, with kubectl as a program in PATH: exit codes, signals, old Pythons, how soon it begins."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from deploy import kubectl
from deploy.names import MIGRATE, RELEASE
from local import processes
from tests.deploy.scripted.store import opened
from tests.deploy.test_failures import killed_at
from tests.deploy.world import ROOT, Scene, image
from tests.stand_ins import beginning

pytestmark = pytest.mark.slow  # a process or more for each case

PROGRAM = """{beginning}import sys
sys.path.insert(0, {root!r})
from pathlib import Path
from tests.deploy.scripted.kubectl import main
code, out, error = main(sys.argv[1:], Path({folder!r}))
sys.stdout.write(out)
sys.stderr.write(error)
sys.exit(code)
"""
# Pods of the script need twenty seconds; here they are real ones, so the script is told to be quick.
QUICK = {"poll_seconds": 1, "requests_per_second": 1}
OLD = ("python3.9", "python3.10", "python3.11")
STARTED: list[subprocess.Popen[str]] = []


@pytest.fixture(autouse=True)
def ended() -> Iterator[None]:
    """Let no process outlive its test."""
    yield
    while STARTED:
        with STARTED.pop() as process, suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


class Shell:
    """Starts `python3 -m deploy` in the checkout of a scene, whose cluster is in a file; time is the real one."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        program = scene.folder / "bin" / "kubectl"
        program.parent.mkdir()
        program.write_text(PROGRAM.format(beginning=beginning("-SE"), root=str(ROOT), folder=str(scene.folder)))
        program.chmod(0o755)
        scene.settings(**QUICK)
        for file in (ROOT / "deploy").glob("*.py"):
            shutil.copy(file, scene.folder / "deploy")
        scene.content |= {"seconds_to_ready": 1, "seconds_of_a_job": 1, "commands": []}
        scene.clock.time = time.time()
        (scene.folder / "store").write_bytes(scene.kept())
        self.environment = {**os.environ, "PATH": f"{program.parent}:{os.environ['PATH']}"}

    def start(self, *words: str, python: Sequence[str] = (sys.executable,)) -> subprocess.Popen[str]:
        command = [*python, "-m", "deploy", words[0], "--env", "local", *words[1:]]
        process = subprocess.Popen(
            command,
            cwd=self.scene.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        STARTED.append(process)
        return process

    def run(self, *words: str, python: Sequence[str] = (sys.executable,)) -> tuple[int, str]:
        process = self.start(*words, python=python)
        out, _ = process.communicate(timeout=120)
        return process.returncode, out

    def look(self) -> Scene:
        """Return the scene with the cluster as it is now."""
        with opened(self.scene.folder) as store:
            self.scene.content, self.scene.clock.time = store.content, store.now
        return self.scene


@pytest.fixture
def shell(released: Scene) -> Shell:
    return Shell(released)


def await_that(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_process_that_gets_sigkill_in_its_bake_is_resumed_by_another_machine(scene: Scene) -> None:
    """It has resumed itself; what resumes it is not a process: test_killed.py tries that from every command."""
    killed_at(scene, "proxy/schema")
    scene.settings(bake_seconds=60)
    shell = Shell(scene)
    process = shell.start("release", "--resume")
    await_that(lambda: any("proxy/schema" in command for command in shell.look().commands()))
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=30)
    shell.look().who = "another@machine"
    assert scene.release("c") == 11, scene.output
    assert f"/{process.pid}, since 20" in scene.output, "the holder is named"
    scene.clock.sleep(61)
    assert scene.release("c") == 12, scene.output
    assert scene.deploy("release", "--resume") == 0, scene.output
    assert (scene.live, scene.journal()["state"]) == ("green", "finished")


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGHUP])
def test_a_cancelled_release_gives_the_lease_back_and_leaves_no_job_that_acts(scene: Scene, how: int) -> None:
    scene.fault(migrate="hang")
    shell = Shell(scene)
    process = shell.start("release", "--image", image("b"))
    await_that(lambda: f"Job/{MIGRATE}-bbbbbbbbbbbb" in shell.look().store.objects)
    os.kill(process.pid, how)
    out, _ = process.communicate(timeout=30)
    assert (process.returncode, "Interrupted." in out) == (1, True), out
    shell.look()
    assert scene.thing("Lease", RELEASE)["spec"] == {}
    assert scene.acting() == []
    scene.fault(migrate="")
    assert scene.deploy("release", "--resume") == 0, scene.output


def test_wrong_usage_is_exit_code_2_with_a_sentence(shell: Shell) -> None:
    code, out = shell.run("release")
    assert (code, "release needs --image" in out) == (2, True)
    shell.scene.environment = "moon"
    assert shell.scene.deploy("status") == 2
    assert "There is no environment moon" in shell.scene.output


def test_help_teaches_by_examples(shell: Shell) -> None:
    code, out = shell.run("rollback", "--help")
    assert (code, "--wait" in out) == (0, True)
    done = subprocess.run(
        [sys.executable, "-m", "deploy", "--help"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    for words in ("release  --env dev", "rollback --env prod", "--break-glass", "exit codes:", "kubectl apply -k"):
        assert words in done.stdout


def test_a_rollback_begins_within_a_second_of_a_fresh_clone(shell: Shell) -> None:
    """The interpreter alone, and no package: `-S` leaves out what is installed. The fastest of three counts."""
    seconds = []
    for _ in range(3):
        began = time.monotonic()
        process = shell.start("rollback", python=(sys.executable, "-SE"))
        assert process.stdout
        assert "kubectl -n service get ingresses" in process.stdout.readline()
        seconds.append(time.monotonic() - began)
        os.killpg(process.pid, signal.SIGKILL)
    sys.stdout.write(f"rollback: first kubectl {min(seconds):.2f} s after the command was given\n")
    assert min(seconds) < 1, seconds


def starting(name: str) -> str:
    """Return the path of a Python, of PATH or of pyenv, or "" where none starts."""
    homes = sorted((Path.home() / ".pyenv" / "versions").glob(f"{name.removeprefix('python')}.*/bin/python"))
    for path in (shutil.which(name), *map(str, homes)):
        if path and not subprocess.run([path, "-V"], capture_output=True, timeout=60, check=False).returncode:
            return path
    return ""


def test_an_old_python_rolls_back_and_tells_the_status(shell: Shell) -> None:
    """The oldest Python on this machine; ruff holds deploy/ to the syntax of 3.9."""
    python = next(filter(None, map(starting, OLD)), "")
    if not python:
        pytest.skip(f"there is none of {', '.join(OLD)} here")
    code, out = shell.run("rollback", python=(python,))
    assert (code, "Users are back on blue" in out) == (0, True), out
    code, out = shell.run("status", python=(python,))
    assert (code, "blue is live" in out) == (0, True), out


def test_the_tool_imports_nothing_that_a_rollback_can_do_without() -> None:
    """Nothing of Django, and nothing installed; nor what takes long to load, which only a bake needs."""
    heavy = ("django", "boto", "todo", "urllib.request", "http", "ssl", "logging")
    code = f"import deploy.__main__, sys; print([name for name in sys.modules if name.startswith({heavy})])"
    done = subprocess.run(
        [sys.executable, "-S", "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
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
