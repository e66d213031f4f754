"""The commands of kubectl that a release gives. Each takes its words and returns what goes to stdout."""

import json
from collections.abc import Callable
from pathlib import Path

from deploy.names import NAMESPACE
from tests.deploy.scripted import answers
from tests.deploy.scripted.applying import Refused, applied, built
from tests.deploy.scripted.controllers import advance
from tests.deploy.scripted.kinds import kind_of, resource, written
from tests.deploy.scripted.store import Object, Store
from tests.deploy.scripted.workloads import resize

LIST = {"apiVersion": "v1", "kind": "List", "metadata": {"resourceVersion": ""}}


class Words:
    """A command's words, taken apart: flags by name, the rest in order, and what stands behind `--`."""

    def __init__(self, words: list[str]) -> None:
        self.inside = words[words.index("--") + 1 :] if "--" in words else []
        words = words[: words.index("--")] if "--" in words else words
        self.flags: dict[str, str] = {}
        self.rest: list[str] = []
        waiting = ""
        for word in words:
            if waiting:
                self.flags[waiting], waiting = word, ""
            elif word.startswith("--") and "=" in word:
                self.flags[word.partition("=")[0]] = word.partition("=")[2]
            elif word in {"-n", "-o", "-l", "-f", "-k", "-p", "-c", "--type", "--raw", "--field-selector", "--as"}:
                waiting = word
            elif word.startswith("-"):
                self.flags[word] = "true"
            else:
                self.rest.append(word)

    def named(self) -> tuple[str, str]:
        """Return kind and name of ``job x`` or ``job/x``."""
        kind, _, name = self.rest[1].partition("/")
        return kind_of(kind), name or (self.rest[2] if len(self.rest) > 2 else "")


def get(store: Store, words: Words) -> str:
    if "--raw" in words.flags:
        return answers.raw(store, words.flags["--raw"])
    kinds = words.rest[1].split("/")[0].split(",")
    name = words.named()[1] if len(kinds) == 1 else ""
    if name:
        found = store.get(kind_of(kinds[0]), name)
        if found is None and "--ignore-not-found" not in words.flags:
            raise Refused(_not_found(kind_of(kinds[0]), name))
        return _shown(found) if found else ""
    items = [each for kind in kinds for each in store.of_kind(kind_of(kind))]
    items = [each for each in items if _selected(each, words.flags.get("-l", ""))]
    items = [each for each in items if _chosen(each, words.flags.get("--field-selector", ""))]
    return _shown({**LIST, "items": items})


def apply(store: Store, words: Words) -> str:
    lines = []
    for thing in built(words.flags["-k"]) if "-k" in words.flags else _files(words):
        lines.append(applied(store, thing))
    advance(store)
    return "\n".join(lines) + "\n"


def create(store: Store, words: Words) -> str:
    (thing,) = _files(words)
    kind, name = thing["kind"], thing["metadata"]["name"]
    if store.get(kind, name):
        what, file = f'{resource(kind, plural=True)} "{name}"', words.flags["-f"]
        raise Refused(f'Error from server (AlreadyExists): error when creating "{file}": {what} already exists')
    store.put(thing)
    thing["metadata"].setdefault("namespace", NAMESPACE)
    return _shown(thing) if "-o" in words.flags else f"{written(thing)}/{name} created\n"


def replace(store: Store, words: Words) -> str:
    (thing,) = _files(words)
    kind, name, file = thing["kind"], thing["metadata"]["name"], words.flags["-f"]
    found = store.get(kind, name)
    what = f'{resource(kind, plural=True)} "{name}"'
    if found is None:
        raise Refused(f'Error from server (NotFound): error when replacing "{file}": {what} not found')
    version = thing["metadata"].pop("resourceVersion", None)
    if version not in {None, found["metadata"]["resourceVersion"]}:
        raise Refused(
            f'Error from server (Conflict): error when replacing "{file}": Operation cannot be fulfilled on {what}: '
            "the object has been modified; please apply your changes to the latest version and try again"
        )
    kept = {key: found["metadata"][key] for key in ("uid", "creationTimestamp", "namespace")}
    thing["metadata"] = {**thing["metadata"], **kept}
    store.put(thing)
    return _shown(thing) if "-o" in words.flags else f"{written(thing)}/{name} replaced\n"


def patch(store: Store, words: Words) -> str:
    thing = _existing(store, *words.named())
    thing["spec"] |= json.loads(words.flags["-p"])["spec"]
    store.put(thing)
    advance(store)
    return f"{written(thing)}/{thing['metadata']['name']} patched\n"


def scale(store: Store, words: Words) -> str:
    thing = _existing(store, *words.named())
    resize(thing, int(words.flags["--replicas"]))
    store.put(thing)
    advance(store)
    return f"{written(thing)}/{thing['metadata']['name']} scaled\n"


def delete(store: Store, words: Words) -> str:
    if "--ignore-not-found" in words.flags and not store.get(*words.named()):
        return ""
    thing = _existing(store, *words.named())
    store.remove(thing)
    if thing["kind"] == "Job":
        for pod in store.of_kind("Pod"):
            if pod["metadata"]["labels"].get("job-name") == thing["metadata"]["name"]:
                store.remove(pod)
    advance(store)
    return f'{written(thing)} "{thing["metadata"]["name"]}" deleted from {NAMESPACE} namespace\n'


def logs(store: Store, words: Words) -> str:
    kind, name = words.named()
    thing = _existing(store, kind, name)
    text: str = thing.get("log") or store.faults.get("log", "")
    return f"{text}\n" if text else ""


def execute(store: Store, words: Words) -> str:
    kind, name = words.named()
    return answers.inside(store, _existing(store, kind, name), words.inside)


def _files(words: Words) -> list[Object]:
    return [json.loads(Path(words.flags["-f"]).read_text())]


def _existing(store: Store, kind: str, name: str) -> Object:
    found = store.get(kind, name)
    if found is None:
        raise Refused(_not_found(kind, name))
    return found


def _not_found(kind: str, name: str) -> str:
    return f'Error from server (NotFound): {resource(kind, plural=True)} "{name}" not found'


def _shown(thing: Object) -> str:
    hidden = {key: value for key, value in thing.items() if key != "log"}
    return json.dumps(hidden) + "\n"


def _selected(thing: Object, selector: str) -> bool:
    labels = thing["metadata"].get("labels", {})
    parts = [part for part in selector.split(",") if part]
    unwanted = dict(part.split("!=", 1) for part in parts if "!=" in part)
    wanted = dict(part.split("=", 1) for part in parts if "!=" not in part)
    return all(labels.get(key) == value for key, value in wanted.items()) and not any(
        labels.get(key) == value for key, value in unwanted.items()
    )


def _chosen(thing: Object, selector: str) -> bool:
    if not selector:
        return True
    path, _, wanted = selector.partition("=")
    value: object = thing
    for part in path.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value == wanted


VERBS: dict[str, Callable[[Store, Words], str]] = {
    "apply": apply,
    "create": create,
    "delete": delete,
    "exec": execute,
    "get": get,
    "logs": logs,
    "patch": patch,
    "replace": replace,
    "scale": scale,
}
