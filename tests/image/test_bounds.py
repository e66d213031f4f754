"""Size, memory and start stay within what the pods are cut for."""

import json
from collections.abc import Callable

from tests.image import memory
from tests.image.container import Container
from tests.image.engine import Podman
from tests.image.figures import Figures

ROUNDS = 250


def test_the_image_adds_at_most_90_mb_to_its_base(podman: Podman, base: str, image: str, figures: Figures) -> None:
    added = (podman.inspect(image)["Size"] - podman.inspect(base)["Size"]) / 1e6
    figures.hold("above its base", added, "MB", at_most=90)


def test_one_worker_holds_at_most_130_mib_after_a_thousand_requests(
    start: Callable[..., Container], caller: dict[str, str], figures: Figures
) -> None:
    container = start()
    container.wait_until_ready()
    for number in range(ROUNDS):
        created = container.ask("POST", "/todos", json.dumps({"title": f"number {number}"}), caller)
        assert created.status == 201
        assert container.ask("GET", created.headers["Location"], headers=caller).status == 200
        assert container.ask("GET", "/todos?limit=20", headers=caller).status == 200
        assert container.ask("GET", "/admin/login/").status == 200
    held = memory.of(container)
    figures.note("processes", ", ".join(map(str, container.pids())))
    figures.note("memory", str(held))
    figures.hold("memory after 1,000 requests", held.resident, "MiB RSS", at_most=130)


def test_a_container_is_ready_within_three_seconds_at_one_cpu(
    start: Callable[..., Container], figures: Figures
) -> None:
    seconds = [start("--cpus=1").wait_until_ready() for _ in range(3)]
    figures.hold("order to start → /readyz 200, best of 3", min(seconds), "s", at_most=3)
    figures.note("all starts", str(seconds))
