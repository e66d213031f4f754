"""One command, from its words to exit code, stdout and stderr."""

from pathlib import Path

from tests.deploy.scripted.applying import Refused
from tests.deploy.scripted.controllers import advance
from tests.deploy.scripted.store import Store, opened
from tests.deploy.scripted.verbs import VERBS, Words

AWAY = (
    'E1123 08:10:13.283547   30840 memcache.go:265] "Unhandled Error" '
    "err=\"couldn't get current server API group list: "
    'Get \\"https://127.0.0.1:1/api?timeout=32s\\": dial tcp 127.0.0.1:1: connect: connection refused"\n'
    "The connection to the server 127.0.0.1:1 was refused - did you specify the right host or port?"
)


def main(words: list[str], folder: Path, now: float = 0) -> tuple[int, str, str]:
    """Run one command against the store in `folder`; `words` begin behind ``kubectl``."""
    with opened(folder, now) as store:
        store.content["commands"].append(words)
        try:
            return 0, _answer(store, words, folder), ""
        except Refused as refusal:
            return 1, "", f"{refusal}\n"


def _answer(store: Store, words: list[str], folder: Path) -> str:
    text = " ".join(words)
    for moment in [each for each in store.content["when"] if each["sees"] in text]:
        store.content["when"].remove(moment)
        store.faults.update(moment["faults"])
        if thief := moment["faults"].get("steal"):
            lease = store.objects["Lease/todo-release"]
            lease["spec"]["holderIdentity"] = f"rollback/{thief}"
            store.put(lease)
        if "away" in moment:
            store.content["away_until"] = store.now + moment["away"]
    if store.now < store.content.get("away_until", 0):
        raise Refused(AWAY)
    if "forbidden" in store.faults and store.faults["forbidden"] in text:
        what = 'pods is forbidden: User "someone" cannot list resource "pods" in API group "" in the namespace "todo"'
        raise Refused(f"Error from server (Forbidden): {what}")
    parsed = Words(words)
    advance(store)
    return VERBS[parsed.rest[0]](store, parsed, folder)
