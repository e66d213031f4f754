"""Records docs/screenshots/screencast.cast and .svg: `python -m pattern.screencast [show]`.

The first half is the real service in a copy of this tree, the second the real release tool. The cluster of the second
is scripted (tests/deploy/scripted): a clock of its own replaces its waits. Pauses are cut, and the recording says so.
`show` prints the second half and writes no file.
"""

import os
import re
import shlex
import site
import sys
import tempfile
import time
from pathlib import Path

from deploy.__main__ import main as deploy
from deploy.run import World
from local import ports
from local.state import ROOT
from pattern.screencast.cast import Event, asciicast, svg
from pattern.tests.clone import Clone
from tests.deploy.world import Scene

FILES = ROOT / "docs" / "screenshots" / "screencast"
TITLE = "A service that runs, a release that holds, and one that is taken back by itself"
LONGEST_PAUSE, TYPING = 1.2, 1.0
HIDDEN = "grep -v ' \\$ kubectl'"


class Recording:
    """Lines with their times; a pause is as long as it was, at most LONGEST_PAUSE."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._at = 0.0

    def line(self, text: str, pause: float = 0.0) -> None:
        self._at += min(max(pause, 0.04), LONGEST_PAUSE)
        shown = text.rstrip()
        # Neither a token nor a password, though both are of a database that is gone.
        for pattern, instead in ((r"eyJ[\w.-]+", "eyJ…"), (r"(password) \S+", r"\1 …"), (r"(:\w{8})\w{56}", r"\1…")):
            shown = re.sub(pattern, instead, shown)
        self.events.append(Event(self._at, shown))

    def command(self, text: str, about: str = "") -> None:
        self.line("", TYPING)
        for line in about.splitlines():
            self.line(f"# {line}")
        self.line(f"$ {text}", TYPING)
        self._at += TYPING


def of_the_service(recording: Recording, clone: Clone) -> None:
    """Run the service and use it, as README says."""
    port = 8000 if ports.is_free(8000) else ports.any_free()
    recording.command("make run" if port == 8000 else f"make run PORT={port}")
    with clone.started("make", "run", PORT=str(port)) as process:
        assert process.stdout
        before, curl = time.monotonic(), ""
        for line in process.stdout:
            now = time.monotonic()
            recording.line(line, now - before)
            before, curl = now, line.strip() if line.startswith("curl ") else curl
            if curl:
                break
        token, address = re.search(r"Bearer (\S+)'", curl), f"http://127.0.0.1:{port}/todos"
        assert token, curl
        own = f"curl -s -H 'Authorization: Bearer {token[1]}' {address}"
        for call in (
            f"{own}?limit=1",
            f'{own} --json \'{{"title": "Order new badges"}}\'',
            f'{own} --json \'{{"titel": "Order new badges"}}\'',
        ):
            recording.command(call)
            for line in clone.run(*shlex.split(call), seconds=30).stdout.splitlines():
                recording.line(line)


class Filmed(Scene):
    """A scripted cluster whose releases are recorded with the times of their clock, ten times as fast."""

    recording: Recording
    about = ""

    def deploy(self, command: str, *words: str) -> int:
        scene = self

        class Screen:
            before = scene.clock.time

            def write(self, text: str) -> int:
                for line in text.splitlines():
                    if " $ kubectl" not in line:
                        scene.recording.line(line, (scene.clock.time - self.before) / 10)
                        self.before = scene.clock.time
                return len(text)

            def flush(self) -> None:
                pass

        world = World(self.clock, self.execute, self.answer, Screen(), self.folder, self.who)  # type: ignore[arg-type]
        shown = [word if "@" not in word else f"todo@{word.partition('@')[2]}" for word in words]
        typed = " ".join(["python3 -m deploy", command, "--env local", *shown])
        self.recording.command(f"{typed} | {HIDDEN}", self.about)
        return deploy([command, "--env", self.environment, *words], world)


def of_releases(recording: Recording, folder: Path) -> None:
    """Release one image that holds and one that breaks, and look at what is live."""
    os.environ |= {
        "STAMP": "screencast",
        "BUILDS": str(folder / "builds"),
        "REAL_KUBECTL": str(ROOT / ".venv/bin/kubectl"),
        "SITE_PACKAGES": ":".join(site.getsitepackages()),
    }
    (folder / "builds").mkdir()
    scene = Scene(folder / "first")
    assert scene.release("a", "--first") == 0, scene.output
    filmed = Filmed(folder / "filmed", kept=scene.kept())
    filmed.recording = recording
    filmed.settings(gate_seconds=30, bake_seconds=60, poll_seconds=10, requests_per_second=5)
    filmed.about = "From here on the cluster is scripted: it answers as a recorded one did. Blue has users.\nRelease:"
    assert filmed.release("b") == 0
    filmed.about = "The next image answers 500 once it has users:"
    filmed.when("traffic-blue", faults={"errors": "blue"})
    assert filmed.release("c") != 0
    assert filmed.live == "green"
    filmed.about = "Who is live?"
    filmed.deploy("status")


class Shown(Recording):
    """Prints each line instead of keeping it for a file."""

    def line(self, text: str, pause: float = 0.0) -> None:
        super().line(text, pause)
        sys.stdout.write(f"{self.events[-1].line}\n")


def main(words: list[str]) -> None:
    if words == ["show"]:
        with tempfile.TemporaryDirectory() as folder:
            of_releases(Shown(), Path(folder))
        return
    recording = Recording()
    recording.line("# Pauses are cut to a second; the release's clock runs ten times as fast.")
    with tempfile.TemporaryDirectory() as folder:
        of_the_service(recording, Clone.of_this_tree(Path(folder) / "todo-service"))
        of_releases(recording, Path(folder))
    FILES.with_suffix(".cast").write_text(asciicast(recording.events, TITLE), encoding="utf-8")
    FILES.with_suffix(".svg").write_text(svg(recording.events, TITLE), encoding="utf-8")
    sys.stdout.write(f"{FILES}.cast and .svg: {recording.events[-1].at:.0f} s\n")


if __name__ == "__main__":
    main(sys.argv[1:])
