"""The object store: in memory, or, where a test is about processes, in a file that is locked for each command."""

import fcntl
import marshal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Object = dict[str, Any]
EMPTY: Object = {"version": 100, "objects": {}, "faults": {}, "when": [], "load": 0, "commands": []}


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
def opened(folder: Path) -> Iterator[Store]:
    """Load the store of a folder, keep what is changed, and let nobody else in meanwhile."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        content, _ = marshal.loads((folder / "store").read_bytes())  # noqa: S302  our own
        now = time.time()
        yield Store(content, now)
        (folder / "store").write_bytes(marshal.dumps((content, now)))


def moment(seconds: float) -> str:
    """Return a time as Kubernetes writes it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
