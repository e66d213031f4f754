"""The object store: one file, locked while a command looks at it or changes it.

Written by `marshal`: a release is seventy commands, and JSON would take most of their time.
"""

import fcntl
import marshal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Object = dict[str, Any]
EMPTY: Object = {"version": 100, "objects": {}, "faults": {}, "when": [], "load": 0, "commands": [], "users": []}


class Store:
    """`now` is the time of the test's clock, in seconds since 1970."""

    def __init__(self, content: Object, now: float) -> None:
        self.content, self.now = content, now
        self.objects: dict[str, Object] = content["objects"]
        self.faults: Object = content["faults"]

    def get(self, kind: str, name: str) -> Object | None:
        return self.objects.get(f"{kind}/{name}")

    def of_kind(self, kind: str) -> list[Object]:
        return [each for key, each in self.objects.items() if key.startswith(f"{kind}/")]

    def put(self, thing: Object) -> Object:
        """Keep it under a new resourceVersion; a new one gets what the API server adds."""
        metadata = thing["metadata"]
        key = f"{thing['kind']}/{metadata['name']}"
        self.content["version"] += 1
        if key not in self.objects:
            metadata["uid"] = f"00000000-0000-4000-8000-{self.content['version']:012d}"
            metadata["creationTimestamp"] = moment(self.now)
        metadata["resourceVersion"] = str(self.content["version"])
        self.objects[key] = thing
        return thing

    def remove(self, thing: Object) -> None:
        self.objects.pop(f"{thing['kind']}/{thing['metadata']['name']}", None)


@contextmanager
def opened(folder: Path, now: float = 0) -> Iterator[Store]:
    """Load the store, and keep what was changed; without `now`, time stands in the file `clock`."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        file = folder / "store"
        content = marshal.loads(file.read_bytes() if file.exists() else marshal.dumps(EMPTY))  # noqa: S302  our own
        yield Store(content, now or float((folder / "clock").read_text()))
        file.write_bytes(marshal.dumps(content))


def moment(seconds: float) -> str:
    """Return a time as Kubernetes writes it; without `time`, whose import costs nothing, since it is built in."""
    import time  # noqa: PLC0415  built in

    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
