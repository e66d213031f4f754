"""Keeps a journal and a Lease in the cluster, so that any machine can go on or go back.

The journal may be lost: the traffic object alone says which colour is live.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from deploy.checkout import Checkout
from deploy.failures import LEASE_HELD, LEASE_LOST, Failure, Kind
from deploy.kubectl import Kubectl, KubectlError, Object
from deploy.names import RELEASE
from deploy.progress import moment, seconds_of

# The steps at which users may be on the new colour, and those after which its flip has been seen.
MOVED = ("flip", "bake", "window", "settle")
SEEN = MOVED[1:]


@dataclass(frozen=True)
class Entry:
    """A release from one colour to the other. `floor` and `ceiling` are what the overlays say of an autoscaler.

    `state` is running, stopped, finished or rolled-back; empty before the first release.
    """

    state: str = ""
    step: str = ""
    image: str = ""
    from_: str = ""
    to: str = ""
    first: bool = False
    floor: int = 0
    ceiling: int = 0
    at: str = ""
    why: str = ""

    @classmethod
    def of(cls, config_map: Object) -> Entry:
        """Read the entry; what is not there has its default."""
        data = {key.replace("from", "from_"): value for key, value in config_map.get("data", {}).items()}
        known = {field.name: str(field.type) for field in fields(cls)}
        read: dict[str, Callable[[str], Any]] = {"int": int, "bool": "true".__eq__, "str": str}
        return cls(**{key: read[known[key]](value) for key, value in data.items() if key in known})


class Journal:
    """Keeps the entry and writes it whole."""

    def __init__(self, kubectl: Kubectl, checkout: Checkout) -> None:
        self._kubectl, self._checkout = kubectl, checkout
        self.entry = Entry()

    def write(self, **changes: Any) -> None:
        """Change the entry and apply it."""
        self.entry = replace(self.entry, at=moment(self._kubectl.clock.now()), **changes)
        data = {
            key.rstrip("_"): str(value).lower() if isinstance(value, bool) else str(value)
            for key, value in asdict(self.entry).items()
        }
        self._kubectl.change("apply", "-f", self._checkout.record("ConfigMap", "v1", data=data))


class Lease:
    """One release at a time: held by one `holder`, for example ``release/eve@laptop/4711``.

    It is taken, renewed and given back against its resourceVersion. A release never takes it from a living holder. A
    rollback takes it from anybody: a release notices before its next change and stops; two rollbacks do the same thing.
    """

    def __init__(self, kubectl: Kubectl, checkout: Checkout, *, holder: str, seconds: int) -> None:
        self._kubectl, self._checkout, self._clock = kubectl, checkout, kubectl.clock
        self.holder, self.seconds = holder, seconds
        self.taken_by = ""  # who took it while it was ours
        self._version, self._renewed, self._acquired = "", 0.0, ""

    def silent_seconds(self, found: Object) -> float:
        """Return how long ago the holder gave its last sign of life."""
        return self._clock.now() - seconds_of(found["spec"]["renewTime"])

    def held_by_other(self, found: Object) -> str:
        """Return who else holds it now and since when, or "" if no other holder has renewed it in time."""
        spec = found.get("spec", {})
        holder: str = spec.get("holderIdentity", "")
        if not holder or holder == self.holder or self.silent_seconds(found) > self.seconds:
            return ""
        return f"{holder}, since {spec['acquireTime'][:19]}Z"

    def take(self, found: Object) -> None:
        """Make it ours; `found` is the Lease as it was seen last, or empty."""
        held = self.held_by_other(found)
        if held and not self.holder.startswith("rollback/"):
            raise Failure(LEASE_HELD, f"Another release or rollback is running: {held}.")
        self._acquired = _micro(self._clock.now())
        self._version = found.get("metadata", {}).get("resourceVersion", "")
        self._write(LEASE_HELD)

    def renew(self) -> None:
        """Give a sign of life, three times as often as needed; stop with `lease-lost` if another holder took it."""
        if self._clock.now() - self._renewed > self.seconds / 3:
            self.confirm()

    def confirm(self) -> None:
        """Renew it whatever the time, if it is ours: before a change that only the holder may make."""
        if self._version:
            self._write(LEASE_LOST)

    def give_back(self) -> None:
        """Let the next one in at once. Another holder may have taken it meanwhile."""
        if self._version:
            with suppress(Failure):
                self._kubectl.change("replace", "-f", self._file({}))

    def _write(self, refusal: Kind) -> None:
        spec = {
            "holderIdentity": self.holder,
            "leaseDurationSeconds": self.seconds,
            "acquireTime": self._acquired,
            "renewTime": _micro(self._clock.now()),
        }
        verb = "replace" if self._version else "create"
        try:
            text = self._kubectl.change(verb, "-f", self._file(spec), "-o", "json")
        except KubectlError as error:
            # NotFound at a create: the namespace is not there.
            gone = error.says("NotFound") and verb == "replace"
            if not (error.says("Conflict") or error.says("AlreadyExists") or gone):
                raise
            text = self._taken_meanwhile(spec, refusal)
        self._version = json.loads(text)["metadata"]["resourceVersion"] if text else ""
        self._renewed = self._clock.now()

    def _taken_meanwhile(self, spec: Object, refusal: Kind) -> str:
        """Stop if another holder wrote first; write again if only the answer to our own write was lost."""
        found = self._kubectl.objects("lease", RELEASE, "--ignore-not-found")
        self.taken_by = found[0].get("spec", {}).get("holderIdentity", "") if found else ""
        if self.taken_by == self.holder:
            self._version = found[0]["metadata"]["resourceVersion"]
            return self._kubectl.change("replace", "-f", self._file(spec), "-o", "json")
        who = self.held_by_other(found[0]) if found else ""
        raise Failure(refusal, f"Another release or rollback is running: {who or 'it has come and gone'}.")

    def _file(self, spec: Object) -> str:
        return self._checkout.record("Lease", "coordination.k8s.io/v1", self._version, spec=spec)


def _micro(seconds: float) -> str:
    """Return a time with the microseconds that a Lease wants."""
    return moment(seconds).replace("Z", ".000000Z")
