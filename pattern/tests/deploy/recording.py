"""Recorded answers of a real kubectl, and a comparison of other answers with them."""

import json
import re
from pathlib import Path
from typing import Any, NamedTuple

from tests.deploy.scripted.store import Object

RECORDINGS = Path(__file__).parent / "recordings"
LAST = "kubectl.kubernetes.io/last-applied-configuration"


class Recording(NamedTuple):
    code: int
    out: str
    error: str


def recorded(number: int) -> Recording:
    (file,) = RECORDINGS.glob(f"{number:02}-*.txt")
    head, _, rest = file.read_text().partition("--- stdout\n")
    out, _, error = rest.partition("--- stderr\n")
    code = re.search(r"# exit (\d+)", head)
    assert code
    return Recording(int(code[1]), out.strip(), error.strip())


def manifest(number: int, kind: str = "") -> Object:
    """Return what had been applied, from the annotation that a recorded object carries."""
    thing = json.loads(recorded(number).out)
    found: Object = json.loads(thing["metadata"]["annotations"][LAST])
    return found


# Of a kind, but of another value in every cluster.
VARIES = {
    "creationTimestamp", "generateName", "lastProbeTime", "lastTransitionTime", "lastUpdateTime", "name", "startTime",
    "completionTime", "nodeName", "pod-template-hash", "podIP", "resourceVersion", "startedAt", "uid", "image",
    "restartCount", "message", "generation", LAST, "acquireTime", "renewTime",
}  # fmt: skip


def same(answer: Recording, real: Recording) -> None:
    assert (answer.code, answer.error) == (real.code, real.error)
    contained(json.loads(answer.out), json.loads(real.out))


def contained(part: Any, whole: Any, path: str = "") -> None:
    """Every field of `part` stands in `whole`, equal, or of its kind if it varies."""
    if isinstance(part, dict):
        for key, value in part.items():
            known = {"service/colour": "colour"}.get(key, key)
            assert known in whole, f"{path}.{key} is not in the recording"
            if key in VARIES:
                assert type(value) is type(whole[known]), f"{path}.{key}"
            else:
                contained(value, whole[known], f"{path}.{key}")
    elif isinstance(part, list) and part and isinstance(part[0], dict):
        for each in part:
            contained(each, match(each, whole, path), path)
    else:
        assert part == whole or path.endswith((".ports", ".addresses")), f"{path}: {part!r}, recorded {whole!r}"


def match(each: Object, whole: list[Object], path: str) -> Object:
    """Return the recorded entry of the same type or name, or the first."""
    for key in ("type", "name"):
        if key in each and any(key in other for other in whole):
            found = [other for other in whole if other.get(key) == each[key]]
            assert found or key in VARIES, f"{path}: no recorded {each[key]}"
            return (found or whole)[0]
    return whole[0]


def at(thing: Any, path: str) -> Any:
    for key in path.split("."):
        thing = thing[key]
    return thing
