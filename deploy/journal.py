"""What the release is doing, in the ConfigMap todo-release, so that any machine can go on or go back.

It may be lost: which colour is live stands in the traffic object alone.
"""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal

from deploy.cluster import RELEASE, Object
from deploy.kubectl import Kubectl
from deploy.waiting import Clock
from deploy.workshop import Workshop

State = Literal["", "running", "stopped", "finished", "rolled-back"]


@dataclass(frozen=True)
class Entry:
    """A release from one colour to the other. `size` is what the former colour had at the flip."""

    state: State = ""
    step: str = ""
    image: str = ""
    from_: str = ""
    to: str = ""
    first: bool = False
    floor: int = 0
    size: int = 0
    began: str = ""
    at: str = ""
    why: str = ""

    @classmethod
    def of(cls, config_map: Object) -> "Entry":
        """Read the entry; what is not there has its default."""
        data = {key.replace("from", "from_"): value for key, value in config_map.get("data", {}).items()}
        known = {field.name: field.type for field in fields(cls)}
        return cls(**{key: READ.get(known[key], str)(value) for key, value in data.items() if key in known})


READ: dict[Any, Callable[[str], Any]] = {int: int, bool: "true".__eq__}


class Journal:
    """Keeps the entry and writes it whole."""

    def __init__(self, kubectl: Kubectl, workshop: Workshop, clock: Clock, entry: Entry) -> None:
        self._kubectl, self._workshop, self._clock = kubectl, workshop, clock
        self.entry = entry

    def write(self, **changes: object) -> None:
        """Change the entry and apply it."""
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self._clock.now()))
        self.entry = replace(self.entry, **{"at": now, "began": self.entry.began or now, **changes})  # type: ignore[arg-type]
        data = {key.rstrip("_"): _text(value) for key, value in asdict(self.entry).items()}
        content = {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": RELEASE, "labels": self._workshop.labels()},
            "data": data,
        }
        self._kubectl.change("apply", "-f", self._workshop.file("journal", content))


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
