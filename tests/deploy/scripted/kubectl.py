"""One command, from its words to exit code, stdout and stderr, with the events that a test ties to it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from deploy.names import LIVE, RELEASE, TRAFFIC, web
from tests.deploy.scripted.applying import Refused
from tests.deploy.scripted.controllers import advance
from tests.deploy.scripted.store import Store, moment, opened
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


def happen(store: Store, command: str) -> None:
    """Start a fault, or another person's action on the cluster, if the test asks for it at this command."""
    for each in [each for each in store.content["when"] if each["sees"] in command]:
        each["times"] -= 1
        if each["times"]:
            continue
        store.content["when"].remove(each)
        if "away" in each:
            store.content["away_until"] = store.now + each["away"]
        for name, value in each["faults"].items():
            if name in DEEDS:
                DEEDS[name](store, value)
            else:
                store.faults[name] = value


def steal(store: Store, holder: str) -> None:
    lease, at = store.objects[f"Lease/{RELEASE}"], moment(store.now).replace("Z", ".000000Z")
    lease["spec"] = {"holderIdentity": holder, "acquireTime": at, "renewTime": at}
    store.put(lease)


def finish(store: Store, _: object) -> None:
    store.objects[f"ConfigMap/{RELEASE}"]["data"]["state"] = "finished"
    store.objects[f"Lease/{RELEASE}"]["spec"] = {}


def flip(store: Store, colour: str) -> None:
    store.objects[f"Service/{TRAFFIC}"]["metadata"]["labels"][LIVE] = colour


def delete(store: Store, key: str) -> None:
    del store.objects[key]


def load(store: Store, pods: int) -> None:
    store.content["load"] = pods


def ceiling(store: Store, colour: str) -> None:
    store.objects[f"HorizontalPodAutoscaler/{web(colour)}"]["spec"]["maxReplicas"] = 100


def interrupt(_: Store, __: object) -> None:
    raise KeyboardInterrupt


def refuse(_: Store, why: str) -> None:
    raise Refused(f"Error from server (InternalError): {why}")


DEEDS: dict[str, Callable[[Store, Any], None]] = {
    "steal": steal,
    "finished": finish,
    "flip": flip,
    "delete": delete,
    "load": load,
    "ceiling": ceiling,
    "interrupt": interrupt,
    "broken": refuse,
}
