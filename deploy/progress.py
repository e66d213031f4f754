"""What the person, or the machine (`--json`), sees: steps, commands before they run, and what is waited for."""

import json
import shlex
import time
from collections.abc import Sequence
from typing import TextIO

from deploy.waiting import Clock


class Progress:
    """Lines for people; on a terminal the last line says what is waited for and since when. Or one JSON object a line.

    A command that is repeated while waiting is shown once a step; `--json` tells each.
    """

    def __init__(self, stream: TextIO, clock: Clock, *, machine: bool = False) -> None:
        self._stream, self._clock, self._machine = stream, clock, machine
        self._terminal = stream.isatty() and not machine
        self._since = clock.now()
        self._shown: set[str] = set()
        self._waiting = ""

    def step(self, name: str, does: str) -> None:
        self._since, self._shown, self._waiting = self._clock.now(), set(), ""
        self._say("step", f"\n{_time(self._since)}  {name}: {does}", name=name, does=does)

    def command(self, words: Sequence[str], *, runs: bool = True) -> None:
        text = shlex.join(words)
        if self._machine or text not in self._shown:
            self._shown.add(text)
            self._say("command", f"  $ {text}{'' if runs else '   # not run'}", command=text, runs=runs)

    def note(self, text: str) -> None:
        self._say("note", "\n".join(f"    {line}" for line in text.splitlines()), text=text)

    def waiting(self, text: str) -> None:
        seconds = self._clock.now() - self._since
        if self._terminal:
            self._stream.write(f"\r\033[K    {seconds:4.0f} s  {text}")
            self._stream.flush()
        elif text != self._waiting:
            self._say("waiting", f"    {seconds:4.0f} s  {text}", text=text, seconds=round(seconds, 1))
        self._waiting = text

    def end(self, code: int, name: str, text: str, next_command: str = "") -> None:
        shown = f"\n{_time(self._clock.now())}  {text}" + (f"\n  next: {next_command}" if next_command else "")
        self._say("end", shown, code=code, name=name, text=text, next=next_command)

    def _say(self, event: str, line: str, /, **fields: object) -> None:
        if self._machine:
            line = json.dumps(
                {"event": event, "at": _time(self._clock.now(), milliseconds=True), **fields}, ensure_ascii=False
            )
        elif self._terminal and self._waiting:
            self._stream.write("\r\033[K")
        self._stream.write(f"{line}\n")
        self._stream.flush()


def _time(seconds: float, *, milliseconds: bool = False) -> str:
    fraction = f".{int(seconds % 1 * 1000):03}" if milliseconds else ""
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(seconds))}{fraction}Z"
