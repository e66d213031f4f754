"""A container has as few rights as a pod under Pod Security "restricted", and leaves nothing behind."""

import json
import time
from collections.abc import Callable
from pathlib import Path

from local.resource import FIRST_PATH
from tests.image.conftest import UID
from tests.image.container import Container, Runner

# podman binds these three into every container, and they name host, resolver and container.
BOUND = {"/etc/hostname", "/etc/hosts", "/etc/resolv.conf", "/run/.containerenv"}
# The kernel's own, which only root may write.
KERNEL = ("/proc", "/sys", "/dev/pts", "/dev/mqueue")
TMPFS = {"/tmp", "/dev", "/dev/shm"}  # noqa: S108
DEBIANS_OWN = {"/tmp", "/var/tmp", "/run/lock"}  # noqa: S108  mode 1777 in the base


def status(pid: int) -> dict[str, str]:
    """Return what the kernel says of a process."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def test_every_process_is_user_10001_without_any_capability(service: Container) -> None:
    assert len(service.pids()) == 2
    for pid in service.pids():
        found = status(pid)
        assert set(found["Uid"].split()) == set(found["Gid"].split()) == {str(UID)}
        assert found["Groups"] in ("", str(UID))
        assert {int(found[name], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {0}
        assert found["NoNewPrivs"] == "1"


def test_gunicorn_is_process_1_and_no_shell_stands_before_it(service: Container) -> None:
    command = Path(f"/proc/{service.pids()[0]}/cmdline").read_text().split("\0")
    assert command[:3] == ["python", "-m", "gunicorn"]
    assert status(service.pids()[0])["NSpid"].split()[-1] == "1"


def test_only_tmpfs_can_be_written(service: Container) -> None:
    writable = {}
    for line in Path(f"/proc/{service.pids()[0]}/mountinfo").read_text().splitlines():
        fields = line.split()
        place, options, kind = fields[4], fields[5], fields[fields.index("-") + 1]
        if "rw" in options.split(",") and place not in BOUND and not place.startswith(KERNEL):
            writable[place] = kind
    assert writable == dict.fromkeys(TMPFS, "tmpfs")


def test_serving_changes_no_file_of_the_image_and_complains_of_none(service: Container) -> None:
    for path in ("/admin/login/", "/docs", "/schema", FIRST_PATH):
        service.ask("GET", path)
    changed = json.loads(service.podman.must("diff", "--format=json", service.name))
    paths = {path for kind in ("added", "changed", "deleted") for path in changed.get(kind) or []}
    # Places for mounts, which podman makes before the start.
    assert paths <= {"/etc", "/run", "/mnt", "/mnt/secrets-store", *BOUND}, paths
    assert "Read-only file system" not in service.log
    assert "Permission denied" not in service.log


def test_its_user_owns_and_may_change_nothing_in_the_image(runner: Runner) -> None:
    command = ("find", "/", "-xdev", "(", "-user", str(UID), "-o", "-writable", ")", "!", "-type", "l")
    found = runner.podman.run("run", "--rm", "--no-healthcheck", runner.image, *command).output.split()
    assert set(found) <= DEBIANS_OWN, found


def test_a_pod_without_shared_memory_serves_and_counts_below_tmp(
    start: Callable[..., Container], tmp_path: Path
) -> None:
    container = start(f"--volume={tmp_path}:/dev/shm:ro")
    container.wait_until_ready()
    container.ask("GET", FIRST_PATH)
    metrics = container.ask("GET", "/metrics", port=container.metrics_port)
    assert b"service_http_requests_total{" in metrics.body
    assert not list(tmp_path.iterdir())


def test_sigterm_lets_it_serve_on_for_the_drain_and_then_ends_with_0(start: Callable[..., Container]) -> None:
    container = start(DRAIN_SECONDS="8")
    container.wait_until_ready()
    began = time.monotonic()
    container.podman.must("kill", "--signal", "TERM", container.name)
    while container.ask("GET", "/readyz").status != 503:
        assert time.monotonic() - began < 6
    assert container.ask("GET", "/healthz").status == 200
    assert container.podman.must("wait", container.name, timeout=60) == "0"
    assert time.monotonic() - began >= 8
    assert "Traceback" not in container.log
