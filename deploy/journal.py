"""What the release is doing, in the ConfigMap todo-release, so that any machine can go on or go back.

It may be lost: which colour is live stands in the traffic object alone.
"""

import time
from dataclasses import asdict, dataclass, replace
from typing import Literal, cast

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
    holder: str = ""
    why: str = ""

    @classmethod
    def of(cls, config_map: Object) -> "Entry":
        data = dict(config_map.get("data", {}))
        numbers = {name: int(data.pop(name, "0") or 0) for name in ("floor", "size")}
        texts = {key.replace("from", "from_"): value for key, value in data.items() if key in KEYS}
        return cls(**cast("dict[str, State]", texts), first=data.pop("first", "") == "true", **numbers)


KEYS = ("state", "step", "image", "from", "to", "began", "at", "holder", "why")


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
