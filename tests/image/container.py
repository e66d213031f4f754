"""A container of the image, run as a cluster would: read-only, no capability, numeric user, little memory."""

import http.client
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from local import ports
from pipeline.command import Finished
from tests.image.engine import Podman
from tests.process.gunicorn_process import Answer

# What a pod that meets Pod Security "restricted" gets; podman would add tmpfs mounts that Kubernetes does not.
RESTRICTED = (
    "--read-only",
    "--read-only-tmpfs=false",
    "--tmpfs=/tmp:rw,mode=1777,size=64m",
    "--cap-drop=ALL",
    "--security-opt=no-new-privileges",
    "--memory=256m",
    "--memory-swap=256m",
    "--no-healthcheck",
)


@dataclass
class Container:
    """One that has been started in the background, and the seconds until it was ready."""

    podman: Podman
    name: str
    port: int
    metrics_port: int
    started: float = field(default_factory=time.monotonic)

    @property
    def log(self) -> str:
        done = self.podman.run("logs", self.name)
        return done.output + done.errors

    def ask(
        self, method: str, path: str, body: str | None = None, headers: Mapping[str, str] | None = None, port: int = 0
    ) -> Answer:
        """Send one request over a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=20)
        try:
            connection.request(method, path, body, dict(headers or {}))
            response = connection.getresponse()
            return Answer(response.status, dict(response.getheaders()), response.read())
        finally:
            connection.close()

    def wait_until_ready(self, seconds: float = 60) -> float:
        """Return the seconds from the order to start the container to the first 200 of /readyz."""
        deadline = self.started + seconds
        while time.monotonic() < deadline:
            try:
                if self.ask("GET", "/readyz").status == 200:
                    return time.monotonic() - self.started
            except OSError:
                assert self.podman.must("inspect", "--format={{.State.Running}}", self.name) == "true", self.log
            time.sleep(0.02)
        raise AssertionError(f"not ready after {seconds:g} s: {self.log}")

    def pids(self) -> list[int]:
        """Return the processes of the container as the host numbers them, gunicorn's master first."""
        return [int(pid) for pid in self.podman.must("top", self.name, "hpid").split()[1:]]


@dataclass
class Runner:
    """Runs the image with a database, its secrets and a pod's restrictions."""

    podman: Podman
    image: str
    environment: Mapping[str, str]
    secrets: Path

    def words(self, changes: Mapping[str, str]) -> list[str]:
        """Return the options of `podman run` for a pod."""
        variables = {**self.environment, **changes}
        options = [f"--env={name}={value}" for name, value in variables.items()]
        return [*RESTRICTED, f"--volume={self.secrets}:/mnt/secrets-store:ro", *options]

    def command(self, *words: str, text: str = "", timeout: float = 60, **changes: str) -> Finished:
        """Run one command in a container of its own to its end."""
        name = f"todo-{uuid.uuid4().hex[:12]}"
        options = ["run", "--rm", "--interactive", f"--name={name}", *self.words(changes)]
        try:
            return self.podman.run(*options, self.image, *words, text=text, timeout=timeout)
        finally:
            self.podman.run("rm", "--force", "--ignore", "--time", "0", name)

    def start(self, *options: str, **changes: str) -> Container:
        """Start the service in the background."""
        name = f"todo-{uuid.uuid4().hex[:12]}"
        port, metrics_port = ports.any_free(), ports.any_free()
        listening = {"BIND_ADDRESS": "127.0.0.1", "PORT": str(port), "METRICS_PORT": str(metrics_port)}
        container = Container(self.podman, name, port, metrics_port)
        words = ["run", "--detach", f"--name={name}", *self.words({**listening, **changes}), *options]
        self.podman.must(*words, self.image)
        return container

    def remove(self, container: Container) -> None:
        """Kill a container, whatever it does, and forget it."""
        self.podman.run("rm", "--force", "--ignore", "--time", "0", container.name)
