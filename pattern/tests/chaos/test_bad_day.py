"""Faults and attacks under load: no answer is wrong, nothing acknowledged is lost, and nothing needs a restart."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from pattern.tests.chaos.faults import FAULTS, Scene
from pattern.tests.chaos.full_disk import small_disk
from pattern.tests.chaos.ledger import PASSING, Client, Ledger, writing
from pattern.tests.chaos.size import KEYS, SECONDS
from tests.patience import patient

pytestmark = pytest.mark.ci


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_under(fault: Callable[[Scene], None], scene: Scene, clients: list[Client], ledger: Ledger) -> None:
    prefix = f"{fault.__name__}-"
    pid = scene.gunicorn.process.pid
    with writing(clients, prefix=prefix):
        time.sleep(SECONDS / 3)
        fault(scene)
        until_served(clients[0])
        time.sleep(SECONDS / 3)
    ledger.settle(scene.server, prefix=prefix)
    assert (ledger.wrong, ledger.lost) == (0, 0), ledger.notes[:5]
    assert len(ledger.acknowledged) >= len(clients)
    assert scene.gunicorn.process.poll() is None
    assert scene.gunicorn.process.pid == pid


def test_under_a_full_disk(
    scene: Scene, clients: list[Client], ledger: Ledger, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """First no table can grow, then the log cannot, at which PostgreSQL stops; room helps, without our restart."""
    reader, large = clients[0], {"text": "x" * 200}
    with small_disk(tmp_path_factory.mktemp("disk"), scene.server) as disk:
        with writing(clients, prefix="full-"):
            until_served(reader)
            disk.fill()
            began = time.monotonic()
            while (status := reader.ask("POST", "/notices", large)[0]) != 503:
                assert status in {201, 429}
                assert time.monotonic() - began < patient(30), "the disk is not full"
            assert reader.ask("GET", "/notices?limit=1")[0] == 200
            disk.end_the_log()
            time.sleep(SECONDS)
            disk.free()
            until_served(reader)
            time.sleep(SECONDS / 3)
        ledger.settle(scene.server, prefix="full-")
    assert (ledger.wrong, ledger.lost) == (0, 0), ledger.notes[:5]
    assert len(ledger.acknowledged) >= len(clients)
    assert scene.gunicorn.process.poll() is None


def until_served(client: Client) -> None:
    """Return when a list is answered."""
    began = time.monotonic()
    while client.ask("GET", "/notices?limit=1")[0] != 200:
        assert time.monotonic() - began < patient(30), "it does not recover"
        time.sleep(0.2)


def test_fifty_clients_with_one_idempotency_key_make_one_row(
    scene: Scene, clients: list[Client], ledger: Ledger
) -> None:
    def repeat(client: Client, number: int, start: threading.Barrier, rows: list[int]) -> None:
        start.wait(60)
        status: int = 503
        row: Any = None
        while status in {0, *PASSING}:
            status, row = client.ask("POST", "/notices", {"text": f"one-{number}"}, **{"Idempotency-Key": f"k{number}"})
            time.sleep(0.1)
        if status != 201:
            ledger.note(f"{status} {row}")
        else:
            rows.append(row["id"])

    for number in range(KEYS):
        start, rows = threading.Barrier(50), list[int]()
        client = clients[number % len(clients)]
        threads = [threading.Thread(target=repeat, args=[client, number, start, rows]) for _ in range(50)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=120)
        assert len(rows) == 50, ledger.notes
        assert len(set(rows)) == 1
        ledger.acknowledged.append(f"one-{number}")
    ledger.settle(scene.server, prefix="one-")
    assert (ledger.wrong, ledger.lost) == (0, 0), ledger.notes[:5]
