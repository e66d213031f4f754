"""What a release or rollback has at hand, passed from step to step."""

from collections.abc import Callable
from dataclasses import dataclass, field

from deploy.alarms import Alarms
from deploy.cluster import Picture, look
from deploy.journal import Entry, Journal
from deploy.kubectl import Kubectl
from deploy.lease import Lease
from deploy.load_balancer import LoadBalancer
from deploy.progress import Progress
from deploy.prometheus import Prometheus
from deploy.release_file import ReleaseFile
from deploy.visitor import Visitor
from deploy.waiting import Clock, until
from deploy.workshop import Workshop


@dataclass
class Run:
    """`picture` is the cluster as it was looked at last."""

    environment: str
    file: ReleaseFile
    kubectl: Kubectl
    clock: Clock
    progress: Progress
    workshop: Workshop
    lease: Lease
    journal: Journal
    visitor: Visitor
    prometheus: Prometheus
    alarms: Alarms
    load_balancer: LoadBalancer
    picture: Picture
    resumed: bool = False
    completed: set[str] = field(default_factory=set)  # Jobs that were seen complete

    @property
    def entry(self) -> Entry:
        return self.journal.entry

    def look(self) -> Picture:
        """Look at the cluster again."""
        self.picture = look(self.kubectl, self.environment)
        self.visitor.address = self.visitor.address or self.picture.public_address
        return self.picture

    def wait(self, doubt: Callable[[], str], *, seconds: float, every: float = 0) -> str:
        """Look until there is no doubt left, the Lease staying ours; return "", or the doubt when `seconds` are over.

        `doubt` may end it by raising. `every`: seconds between two looks, by default poll_seconds.
        """
        said = ""

        def look() -> bool | None:
            nonlocal said
            self.lease.renew()
            if said := doubt():
                self.progress.waiting(said)
            return None if said else True

        until(self.clock, look, seconds=seconds, every=every or self.file.poll_seconds)
        return said

    def values(self) -> dict[str, str]:
        """Return what the next command of a failure may name."""
        return {
            "env": self.environment,
            "image": self.entry.image or "IMAGE",
            "to": self.entry.to or "green",
            "alarms": self.alarms.prefix,
            "address": self.visitor.address,
        }
