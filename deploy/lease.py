"""One release at a time: a Lease in the cluster, taken, renewed and given back against its resourceVersion."""

import json
import time
from datetime import UTC, datetime

from deploy.cluster import RELEASE, Object
from deploy.failures import LEASE_HELD, LEASE_LOST, Failure
from deploy.kubectl import Kubectl, KubectlError
from deploy.waiting import Clock
from deploy.workshop import Workshop


class Lease:
    """Held by one `holder`, for example ``release/eve@laptop/4711``.

    A release never takes it from a living holder. A rollback takes it from anybody: a release notices before its next
    change, and stops; of two rollbacks both go the same way.
    """

    def __init__(self, kubectl: Kubectl, workshop: Workshop, clock: Clock, *, holder: str, seconds: int) -> None:
        self._kubectl, self._workshop, self._clock = kubectl, workshop, clock
        self.holder, self._seconds = holder, seconds
        self._version, self._renewed = "", 0.0

    def held_by_other(self, found: Object) -> str:
        """Return who holds it now and since when, or "" if nobody who has renewed in time does."""
        spec = found.get("spec", {})
        holder: str = spec.get("holderIdentity", "")
        if not holder or holder == self.holder or self._clock.now() - _seconds(spec["renewTime"]) > self._seconds:
            return ""
        return f"{holder}, since {spec['acquireTime'][:19]}Z"

    def take(self, found: Object) -> None:
        """Make it ours; `found` is the Lease as it was seen last, or empty."""
        held = self.held_by_other(found)
        if held and not self.holder.startswith("rollback/"):
            raise Failure(LEASE_HELD, f"Another one is at work: {held}.")
        spec = found.get("spec", {})
        ours = spec.get("holderIdentity") == self.holder
        self._acquired = spec["acquireTime"] if ours else _moment(self._clock.now())
        self._version = found.get("metadata", {}).get("resourceVersion", "")
        self._write(LEASE_HELD)

    def renew(self) -> None:
        """Say that we live, three times as often as needed; stop with `lease-lost` when somebody took it."""
        if not self._kubectl.dry_run and self._clock.now() - self._renewed > self._seconds / 3:
            self._write(LEASE_LOST)

    def confirm(self) -> None:
        """Renew whatever the time: before a change that only the holder may make."""
        if not self._kubectl.dry_run:
            self._write(LEASE_LOST)

    def give_back(self) -> None:
        """Let the next one in at once. That somebody took it meanwhile is fine."""
        if self._version and not self._kubectl.dry_run:
            try:
                self._kubectl.change("replace", "-f", self._file({}))
            except (KubectlError, Failure):
                return

    def _write(self, refusal: object) -> None:
        now = _moment(self._clock.now())
        spec = {
            "holderIdentity": self.holder,
            "leaseDurationSeconds": self._seconds,
            "acquireTime": self._acquired,
            "renewTime": now,
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

    def _taken_meanwhile(self, spec: Object, refusal: object) -> str:
        """Somebody else wrote, or our own answer was lost on the way: then what is there is what we wrote."""
        found = self._kubectl.objects("lease", RELEASE, "--ignore-not-found")
        if found and found[0].get("spec", {}).get("holderIdentity") == self.holder:
            self._version = found[0]["metadata"]["resourceVersion"]
            return self._kubectl.change("replace", "-f", self._file(spec), "-o", "json")
        who = self.held_by_other(found[0]) if found else ""
        raise Failure(refusal, f"Another one is at work: {who or 'it has come and gone'}.")  # type: ignore[arg-type]

    def _file(self, spec: Object) -> str:
        version = {"resourceVersion": self._version} if self._version else {}
        metadata = {"name": RELEASE, "labels": self._workshop.labels(), **version}
        content = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata, "spec": spec}
        return self._workshop.file("lease", content)


def _moment(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S.000000Z", time.gmtime(seconds))


def _seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).astimezone(UTC).timestamp()
