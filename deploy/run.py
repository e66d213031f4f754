"""Everything that a command works with, passed from step to step."""

from __future__ import annotations

import getpass
import os
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from deploy.aws import Aws
from deploy.checkout import ROOT, Checkout, Settings
from deploy.cluster import Picture, look
from deploy.kubectl import Execute, Kubectl, execute
from deploy.names import COLOUR, NAMESPACE, SERVICE, TRAFFIC, other, web
from deploy.progress import Clock, Progress, until
from deploy.records import Entry, Journal, Lease
from deploy.visitor import Send, Visitor, send

USE_CONTEXT = "kubectl config get-contexts   (then: kubectl config use-context NAME)"


@dataclass
class World:
    """The surroundings of the tool; tests give their own."""

    clock: Clock = field(default_factory=Clock)
    execute: Execute = execute
    send: Send = send
    out: TextIO = field(default_factory=lambda: sys.stdout)
    root: Path = ROOT
    who: str = field(default_factory=lambda: f"{getpass.getuser()}@{socket.gethostname()}/{os.getpid()}")


class Run:
    """One command in one environment. `picture` is the cluster as it was looked at last."""

    def __init__(
        self, world: World, command: str, environment: str, *, dry_run: bool = False, address: str = ""
    ) -> None:
        self.environment, self.clock = environment, world.clock
        self.progress = Progress(world.out, world.clock)
        self.checkout = Checkout(world.root, environment, world.who.rpartition("/")[2])
        self.settings = Settings.read(world.root / "deploy" / "release.ini", environment)
        values = self.checkout.values
        self.kubectl = Kubectl(world.execute, self.progress, self.clock, dry_run=dry_run)
        holder, seconds = f"{command}/{world.who}", self.settings.lease_seconds
        self.lease = Lease(self.kubectl, self.checkout, holder=holder, seconds=seconds)
        self.journal = Journal(self.kubectl, self.checkout)
        self.aws = Aws(self.kubectl, values)
        address = address or (f"https://{values['DOMAIN']}" if values.get("DOMAIN") else "")
        self.visitor = Visitor(self.kubectl, self.settings, address=address, transport=world.send)
        self.picture = Picture()
        self.resumed = False
        self.completed: set[str] = set()  # Jobs that were seen complete
        self.without_image: dict[str, float] = {}

    @property
    def entry(self) -> Entry:
        return self.journal.entry

    def look(self) -> Picture:
        """Look at the cluster again."""
        self.picture = look(self.kubectl, self.environment)
        self.visitor.address = self.visitor.address or self.picture.public_address
        return self.picture

    def wait(self, doubt: Callable[[], str], *, seconds: float, every: float = 0) -> str:
        """Ask `doubt` until it returns "", renewing the Lease; return its last answer when `seconds` are over.

        `doubt` may raise a failure to end the wait. `every`: seconds between two calls, by default poll_seconds.
        """
        said = ""

        def once() -> bool | None:
            nonlocal said
            self.lease.renew()
            if said := doubt():
                self.progress.waiting(said)
            return None if said else True

        until(self.clock, once, seconds=seconds, every=every or self.settings.poll_seconds)
        return said

    def values(self) -> dict[str, str]:
        """Return what the next command of a failure may name."""
        to = self.entry.to or self.picture.live
        back = self.entry.from_ or (other(self.picture.live) if self.picture.live else "")
        values = self.checkout.values
        return {
            "env": self.environment,
            # Only an environment with an account has a kubeconfig to ask AWS for.
            "kubeconfig": f"make kubeconfig ENV={self.environment}" if "AWS_REGION" in values else USE_CONTEXT,
            "namespace": NAMESPACE,
            "label": COLOUR,
            "traffic": f"{'ingress' if self.picture.behind_load_balancer else 'service'}/{TRAFFIC}",
            "image": self.entry.image or "IMAGE",
            "to": to or "COLOUR",
            "web": web(to or "COLOUR"),
            "back": back or "COLOUR",
            "region": values.get("AWS_REGION", "REGION"),
            "repository": values.get("IMAGE_REPOSITORY", "").partition("/")[2] or SERVICE,
            "alarms": self.aws.prefix,
            "address": self.visitor.address,
        }
