"""Events that a test ties to a command: a fault begins, or somebody else acts on the cluster."""

from collections.abc import Callable
from typing import Any

from deploy.names import LIVE, RELEASE, TRAFFIC, web
from tests.deploy.scripted.applying import Refused
from tests.deploy.scripted.store import Store, moment


def happen(store: Store, command: str) -> None:
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
