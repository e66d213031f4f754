"""Shows what happens, and lets time pass: steps, each command before it runs, and what is waited for."""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TextIO, TypeVar

T = TypeVar("T")


class Clock:
    """Seconds since 1970, and a way to let them pass. Tests replace both and never sleep."""

    def now(self) -> float:
        return time.time()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


def until(clock: Clock, look: Callable[[], T | None], *, seconds: float, every: float) -> T | None:
    """Call `look` every `every` seconds until it returns something; None when that took longer than `seconds`."""
    deadline = clock.now() + seconds
    while (found := look()) is None:
        if clock.now() >= deadline:
            return None
        clock.sleep(every)
    return found


class Progress:
    """Writes lines. A command or a reason that repeats while waiting is shown once a step."""

    def __init__(self, stream: TextIO, clock: Clock) -> None:
        self._stream, self._clock = stream, clock
        self._since, self._shown, self._waiting = clock.now(), set[str](), ""

    def step(self, name: str, does: str) -> None:
        self._since, self._shown, self._waiting = self._clock.now(), set(), ""
        self._say(f"\n{moment(self._since)}  {name}: {does}")

    def command(self, words: Sequence[str], *, runs: bool = True) -> None:
        text = shlex.join(words)
        if text not in self._shown:
            self._shown.add(text)
            self._say(f"  $ {text}{'' if runs else '   # not run'}")

    def note(self, text: str) -> None:
        self._say("\n".join(f"    {line}" for line in text.splitlines()))

    def waiting(self, text: str) -> None:
        if text != self._waiting:
            self._say(f"    {self._clock.now() - self._since:4.0f} s  {text}")
        self._waiting = text

    def end(self, text: str, next_command: str = "") -> None:
        self._say(f"\n{moment(self._clock.now())}  {text}" + (f"\n  next: {next_command}" if next_command else ""))

    def _say(self, text: str) -> None:
        self._stream.write(f"{text}\n")
        self._stream.flush()


def moment(seconds: float) -> str:
    """Return a time as Kubernetes writes it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def seconds_of(moment: str) -> float:
    """Read a time as Kubernetes writes it; Python before 3.11 does not know its `Z`."""
    return datetime.fromisoformat(moment.replace("Z", "+00:00")).timestamp()
