"""Podman without a system around it: no systemd, no network of its own, storage in one folder that is thrown away.

The host's network: no firewall rule is made, and PostgreSQL on 127.0.0.1 is in reach.
"""

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.command import Finished, finished

CONFIGURATION = """\
[containers]
netns = "host"
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "none"
"""


@dataclass(frozen=True)
class Podman:
    """Podman with images and containers of its own below `folder`, whose path must be short: it holds sockets."""

    folder: Path

    def __post_init__(self) -> None:
        (self.folder / "containers.conf").write_text(CONFIGURATION)

    def run(self, *words: str | Path, timeout: float = 60, text: str = "") -> Finished:
        """Run one of podman's commands to its end; after `timeout` seconds kill it and raise TimeoutExpired."""
        command = ["podman", "--root", self.folder / "root", "--runroot", self.folder / "run", *words]
        return finished(
            command,
            seconds=timeout,
            folder=Path("/"),
            environment={**os.environ, "CONTAINERS_CONF": str(self.folder / "containers.conf")},
            given=text,
        )

    def must(self, *words: str | Path, timeout: float = 60, text: str = "") -> str:
        """Run a command that has to succeed; return its stdout without the last newline."""
        done = self.run(*words, timeout=timeout, text=text)
        assert done.status == 0, f"podman {' '.join(map(str, words))}: {done.output}{done.errors}"
        return done.output.removesuffix("\n")

    def inspect(self, name: str) -> dict[str, Any]:
        """Return what podman knows of an image or a container."""
        found: dict[str, Any] = json.loads(self.must("inspect", name))[0]
        return found

    def remove(self) -> None:
        """Kill and remove every container, then all that was stored."""
        self.run("rm", "--all", "--force", "--time", "0", timeout=120)
        self.run("umount", "--all", "--force")
        shutil.rmtree(self.folder, ignore_errors=True)
