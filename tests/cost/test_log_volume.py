"""The bytes of log that a request costs, as the bill has them, are those that the running service writes."""

import json
import urllib.request
from pathlib import Path

import pytest

from cost.usage import LOG_BYTES_A_READ, LOG_BYTES_A_WRITE
from tests.sample import PLAIN
from tests.service import Service

pytestmark = pytest.mark.slow
READS, WRITES = 40, 20
TOLERANCE = 0.15  # longer names, ids and colours


def ask(service: Service, method: str, body: object = None) -> None:
    request = urllib.request.Request(  # noqa: S310  a service of this test
        service.url + PLAIN.path,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {service.token('eve')}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310  a service of this test
        answer.read()


def test_a_read_writes_an_access_line_and_a_write_an_audit_line_too(service: Service) -> None:
    ask(service, "GET")
    logged = lines(service.log)
    for _ in range(READS):
        ask(service, "GET")
    read = lines(service.log)[len(logged) :]
    for number in range(WRITES):
        ask(service, "POST", {PLAIN.text: f"A notice of {number}"})
    written = lines(service.log)[len(logged) + len(read) :]
    assert (len(read), len(written)) == (READS, 2 * WRITES)
    assert billed(read) / READS == pytest.approx(LOG_BYTES_A_READ, rel=TOLERANCE)
    shipped = [line for line in written if json.loads(line)["logger"] == "audit"]  # to the trail's own group
    assert billed([*written, *shipped]) / WRITES == pytest.approx(LOG_BYTES_A_WRITE, rel=TOLERANCE)


def billed(logged: list[bytes]) -> int:
    """Return the bytes that CloudWatch counts: 26 more for each line."""
    return sum(len(line) + 26 for line in logged)


def lines(log: Path) -> list[bytes]:
    return log.read_bytes().splitlines(keepends=True)
