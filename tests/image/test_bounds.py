"""Size, memory and start stay within what the pods are cut for."""

import json
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from local.resource import FIRST_PATH, RESOURCES
from tests.image.conftest import Figures
from tests.image.container import Container
from tests.image.engine import Podman
from tests.process.cloudwatch import CloudWatch, cloudwatch_logs

ROUNDS = 250  # of four requests
MOST_ADDED = 80  # MB above the base
TOKEN = "/var/run/secrets/eks.amazonaws.com/serviceaccount/token"
MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class Memory:
    """In MiB. `resident` counts a page once for each process that has it, `proportional` once in all."""

    resident: float
    proportional: float
    working_set: float

    def __str__(self) -> str:
        return f"{self.resident:.1f} MiB RSS, {self.proportional:.1f} PSS, {self.working_set:.1f} working set"


def memory_of(container: Container) -> Memory:
    """Add up the processes; the working set is what the kubelet and the kernel's limit look at."""
    rollups = [Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in container.pids()]

    def total(name: str) -> float:
        found = (re.search(rf"^{name}: +(\d+) kB$", rollup, re.MULTILINE) for rollup in rollups)
        return sum(int(match[1]) for match in found if match) / 1024

    return Memory(total("Rss"), total("Pss"), _working_set(container))


def _working_set(container: Container) -> float:
    path = container.podman.inspect(container.name)["State"]["CgroupPath"]
    v1, v2 = Path(f"/sys/fs/cgroup/memory{path}"), Path(f"/sys/fs/cgroup{path}")
    if v1.exists():
        used, inactive, folder = "memory.usage_in_bytes", "total_inactive_file", v1
    else:
        used, inactive, folder = "memory.current", "inactive_file", v2
    statistics = dict(line.split() for line in (folder / "memory.stat").read_text().splitlines())
    return (int((folder / used).read_text()) - int(statistics[inactive])) / MEBIBYTE


@pytest.fixture(scope="module")
def cloudwatch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CloudWatch]:
    with cloudwatch_logs(tmp_path_factory.mktemp("moto")) as cloudwatch:
        yield cloudwatch


def shipping(cloudwatch: CloudWatch, token: Path) -> tuple[str, dict[str, str]]:
    """Return the volume and the variables with which a pod ships its audit trail as its service account."""
    token.write_text("a token of the cluster")
    given = {name: value for name, value in cloudwatch.environment.items() if "KEY" not in name}
    role = "arn:aws:iam::123456789012:role/web-web"  # moto's account, where the log group is
    return f"--volume={token}:{TOKEN}:ro", {**given, "AWS_ROLE_ARN": role, "AWS_WEB_IDENTITY_TOKEN_FILE": TOKEN}


def a_thousand_requests(container: Container, caller: dict[str, str]) -> str:
    """Make them one after the other, each over a connection of its own; return the id of the last todo."""
    created = ""
    for _ in range(ROUNDS):
        answer = container.ask("POST", FIRST_PATH, json.dumps(RESOURCES[0].example), caller)
        created = answer.headers["Location"]
        assert container.ask("GET", created, headers=caller).status == 200
        assert container.ask("GET", f"{FIRST_PATH}?limit=20", headers=caller).status == 200
        assert container.ask("GET", "/admin/login/").status == 200
    return created.rpartition("/")[2]


def test_the_image_adds_little_to_its_base(podman: Podman, base: str, image: str, figures: Figures) -> None:
    added = (podman.inspect(image)["Size"] - podman.inspect(base)["Size"]) / 1e6
    figures.hold("above its base", added, "MB", at_most=MOST_ADDED)


def test_a_container_is_ready_within_three_seconds_at_one_cpu(
    start: Callable[..., Container], figures: Figures
) -> None:
    """The best of three; where processes wait for a CPU, the bound waits as many times longer."""
    best = min(start("--cpus=1").wait_until_ready() for _ in range(3))
    waiting = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
    figures.note("processes of this machine for each CPU", f"{waiting:.1f}")
    figures.hold("from `podman run` to /readyz 200 at one CPU", best, "s", at_most=3 * waiting)


def test_one_worker_holds_at_most_130_mib_after_a_thousand_requests(
    start: Callable[..., Container], caller: dict[str, str], figures: Figures
) -> None:
    container = start()
    container.wait_until_ready()
    a_thousand_requests(container, caller)
    held = memory_of(container)
    figures.note("memory after 1,000 requests", str(held))
    figures.hold("memory after 1,000 requests", held.resident, "MiB RSS of both processes", at_most=130)


def test_it_stays_within_that_in_the_kernels_count_while_it_ships_its_audit_trail(
    start: Callable[..., Container], cloudwatch: CloudWatch, caller: dict[str, str], figures: Figures, tmp_path: Path
) -> None:
    """boto3 is 25 MB, which master and worker share: the sum of RSS counts them twice, the memory limit does not."""
    volume, variables = shipping(cloudwatch, tmp_path / "token")
    container = start(volume, **variables)
    container.wait_until_ready()
    cloudwatch.await_targets({a_thousand_requests(container, caller)})
    held = memory_of(container)
    figures.note("the same, with CloudWatch", str(held))
    figures.hold("the same, with CloudWatch", held.working_set, "MiB working set", at_most=130)
