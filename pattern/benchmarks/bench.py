"""The context that every part of the yardstick gets."""

import sys
import time
from collections.abc import Collection
from dataclasses import dataclass, field

from pattern.benchmarks.database import Database, Yardstick


@dataclass(frozen=True)
class Bench:
    """The running database and how thoroughly to measure."""

    yardstick: Yardstick
    database: Database
    rounds: int
    seconds: float
    rows: int
    #: Only these of `compared`; empty: all.
    contenders: Collection[str] = ()
    requests: Collection[str] = ()
    started: float = field(default_factory=time.monotonic)

    def wants(self, contender: str, kind: str) -> bool:
        """Say whether this pair is to be measured."""
        return (not self.contenders or contender in self.contenders) and (not self.requests or kind in self.requests)

    @property
    def partial(self) -> bool:
        """Whether what is found is too little to be kept."""
        return bool(self.contenders or self.requests)

    def say(self, line: str) -> None:
        """Report progress, on stderr: stdout belongs to the table."""
        sys.stderr.write(f"{time.monotonic() - self.started:6.0f} s  {line}\n")
