"""A contender that runs, on the servers' core."""

import signal
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from local import ports, processes
from local.state import ROOT
from pattern.benchmarks import cores
from pattern.benchmarks.contenders import Contender
from pattern.benchmarks.database import Yardstick
from pattern.benchmarks.http_load import BrokenAnswerError, ask_once, status_of

READY_SECONDS = 60


@dataclass(frozen=True)
class Serving:
    """A running server: `pid` is the top of its process tree."""

    name: str
    process: "subprocess.Popen[bytes]"
    port: int
    log: Path

    @property
    def pid(self) -> int:
        return self.process.pid

    def await_first(self, request: bytes, *, pause: float = 0.05) -> float:
        """Return the moment (time.monotonic) at which `request` was first answered with 200."""
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            with suppress(OSError, BrokenAnswerError):
                if status_of(ask_once(self.port, request)) == 200:
                    return time.monotonic()
            time.sleep(pause)
        raise RuntimeError(f"{self.name} does not answer: {self.log.read_text(errors='replace')[-3000:]}")

    def stop(self) -> None:
        """End it and all its processes."""
        processes.send(self.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=15)
        processes.send_group(self.pid, signal.SIGKILL)
        self.process.wait()


def start(
    contender: Contender,
    yardstick: Yardstick,
    database: str,
    *,
    variables: Mapping[str, str] | None = None,
    within: tuple[str, ...] = (),
) -> Serving:
    """Start `contender` on `database`; `within` are words before its command, such as those of a cgroup."""
    port = ports.any_free()
    command, environment = contender.started_with(yardstick, database, port)
    log = yardstick.folder / f"{contender.name.replace(' ', '-')}-{port}.log"
    with log.open("wb") as output, cores.on(cores.SERVER):
        process = subprocess.Popen(
            [*within, *command],
            cwd=ROOT,
            env={**environment, **(variables or {})},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Serving(contender.name, process, port, log)
