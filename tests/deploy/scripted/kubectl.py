"""One command, from its words to exit code, stdout and stderr."""

from pathlib import Path

from tests.deploy.scripted.applying import Refused
from tests.deploy.scripted.controllers import advance
from tests.deploy.scripted.moments import happen
from tests.deploy.scripted.store import Store, opened
from tests.deploy.scripted.verbs import VERBS, Words

AWAY = (
    'E1123 08:10:13.283547   30840 memcache.go:265] "Unhandled Error" '
    "err=\"couldn't get current server API group list: "
    'Get \\"https://127.0.0.1:1/api?timeout=32s\\": dial tcp 127.0.0.1:1: connect: connection refused"\n'
    "The connection to the server 127.0.0.1:1 was refused - did you specify the right host or port?"
)


def main(words: list[str], folder: Path) -> tuple[int, str, str]:
    """Run one command against the store in a folder; `words` begin behind ``kubectl``."""
    with opened(folder) as store:
        return answer(store, words)


def answer(store: Store, words: list[str]) -> tuple[int, str, str]:
    """Return exit code, stdout and stderr of one command."""
    store.content["commands"].append(words)
    try:
        return 0, _answer(store, words), ""
    except Refused as refusal:
        return 1, "", f"{refusal}\n"


def _answer(store: Store, words: list[str]) -> str:
    text = " ".join(words)
    happen(store, text)
    if store.now < store.content.get("away_until", 0):
        raise Refused(AWAY)
    if "forbidden" in store.faults and store.faults["forbidden"] in text:
        what = (
            'pods is forbidden: User "someone" cannot list resource "pods" in API group "" in the namespace "service"'
        )
        raise Refused(f"Error from server (Forbidden): {what}")
    parsed = Words(words)
    advance(store)
    return VERBS[parsed.rest[0]](store, parsed)
