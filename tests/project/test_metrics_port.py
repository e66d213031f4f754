"""On a laptop the port for metrics is chosen, so that two clones do not take the same."""

import socket
from contextlib import closing
from pathlib import Path

import pytest

from local import ports
from local.environment import service_environment


def chosen(monkeypatch: pytest.MonkeyPatch, **variables: str) -> int:
    monkeypatch.delenv("METRICS_PORT", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return int(service_environment(Path(), database={})["METRICS_PORT"])


def pair() -> int:
    """Return a port that is free, and 1000 above it too."""
    while not (port := ports.any_free()) <= 64535 or not ports.is_free(port + 1000):
        pass
    return port


def test_it_is_1000_above_the_port_of_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    port = pair()
    assert chosen(monkeypatch, PORT=str(port)) == port + 1000


def test_it_is_a_free_one_where_that_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    port = pair()
    with closing(socket.create_server(("127.0.0.1", port + 1000))):
        other = chosen(monkeypatch, PORT=str(port))
    assert other not in {0, port, port + 1000}


def test_above_the_highest_port_there_is_another(monkeypatch: pytest.MonkeyPatch) -> None:
    assert 0 < chosen(monkeypatch, PORT="65000") <= 65535


@pytest.mark.parametrize("port", ["0", "9123"])
def test_a_person_may_choose_it_or_switch_it_off(monkeypatch: pytest.MonkeyPatch, port: str) -> None:
    assert chosen(monkeypatch, METRICS_PORT=port) == int(port)
