"""Answers that clients do not take at once: threads go on, memory is bounded, and bytes arrive in order.

And what a thread and the loop say to each other about a connection.
"""

import os
import selectors
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from todoproject.server import limits
from todoproject.server.connections import Connections
from todoproject.server.incoming import Incoming
from todoproject.server.loop import Loop
from todoproject.server.outgoing import Outgoing

Pair = tuple[socket.socket, socket.socket]

LARGE = os.urandom(3_000_000)


@pytest.fixture
def pair() -> Iterator[Pair]:
    ours, client = socket.socketpair()
    client.settimeout(10)
    with ours, client:
        yield ours, client


def outgoing(pair: Pair, streams: int = 1) -> Outgoing:
    return Outgoing(pair[0], threading.BoundedSemaphore(streams) if streams else threading.Semaphore(0))


def received(client: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        data += client.recv(size - len(data))
    return data


def test_head_and_body_are_sent_together(pair: Pair) -> None:
    answer = outgoing(pair)
    answer.sendall(b"head")
    answer.sendall(b"body")
    assert answer.send()
    assert pair[1].recv(100) == b"headbody"


def test_bytes_that_the_client_does_not_take_are_kept_in_order(pair: Pair) -> None:
    answer = outgoing(pair)
    pieces = [LARGE, *(bytes([number]) * 20 for number in range(200))]
    answer.sendall(pieces[0])
    assert not answer.send()
    assert 0 < answer.size < len(LARGE)
    found: list[bytes] = []
    reader = threading.Thread(target=lambda: found.append(received(pair[1], len(LARGE) + 200 * 20)))
    reader.start()
    for piece in pieces[1:]:
        answer.sendall(piece)
    while not answer.send():
        pass
    reader.join(10)
    assert found == [b"".join(pieces)]


def test_a_file_waits_for_no_reader(pair: Pair, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(LARGE[: limits.FILE_BYTES])
    answer = outgoing(pair, streams=0)
    with file.open("rb") as opened:
        answer.sendfile(opened, 10, limits.FILE_BYTES - 20)
    assert answer.size == limits.FILE_BYTES - 20


def test_a_stream_goes_on_as_its_reader_takes_it_and_ends_when_they_stop(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "SLOW_SECONDS", 0.3)
    answer = outgoing(pair)
    reader = threading.Thread(target=received, args=(pair[1], 2_000_000))
    reader.start()

    def stream() -> None:
        for _ in range(100):
            answer.sendall(LARGE[:100_000])
            answer.send()
            assert answer.size <= limits.STREAMED_BYTES + 100_000

    with pytest.raises(BrokenPipeError):
        stream()
    reader.join(10)
    assert not reader.is_alive()


def test_a_bounded_number_of_threads_waits_for_readers_of_streams(pair: Pair) -> None:
    answer = outgoing(pair, streams=0)
    answer.sendall(LARGE)
    answer.send()
    with pytest.raises(BrokenPipeError):
        answer.sendall(b"more")


class Connection:
    """A connection whose client has not taken `size` bytes of an answer."""

    def __init__(self, size: int) -> None:
        self.place, self.held, self.watched, self.outgoing = None, 0, False, SimpleNamespace(size=size)
        self.incoming = Incoming(lambda _: 0)
        self.sock, self.client = socket.socketpair()

    def close(self) -> None:
        self.sock.close()
        self.client.close()


@pytest.fixture
def poller() -> Iterator[selectors.BaseSelector]:
    with selectors.DefaultSelector() as poller:
        yield poller


@pytest.fixture
def connections(poller: selectors.BaseSelector) -> Iterator[Connections]:
    def close(connection: Any) -> None:
        connection.close()

    connections = Connections(poller, print, print, close, 65)
    yield connections
    for connection in [*connections.sending, *connections.kept]:
        connections.forget(connection)


def test_the_oldest_answer_is_given_up_when_all_together_are_too_large(connections: Connections) -> None:
    first, second, *more = (Connection(limits.UNTAKEN_BYTES // 3 - limits.KERNEL_BYTES) for _ in range(5))
    connections.hand_over(first)
    connections.hand_over(second)
    connections.forget(second)  # counts no more
    for connection in more:
        connections.hand_over(connection)
    assert list(connections.sending) == more
    assert first.sock.fileno() == -1


def test_an_answer_has_a_minute_to_be_read(connections: Connections, monkeypatch: pytest.MonkeyPatch) -> None:
    connections.hand_over(Connection(1))
    assert connections.expire() == []
    assert len(connections.sending) == 1
    monkeypatch.setattr(limits, "READING_SECONDS", -1)
    connections.hand_over(Connection(1))
    assert connections.expire() == []
    assert len(connections.sending) == 1


@pytest.fixture
def lent(connections: Connections) -> Connection:
    """A connection that a thread has."""
    connection = Connection(0)
    connections.watch(connection, connections.silent, 65)
    connections.lend(connection)
    return connection


def test_a_thread_keeps_a_connection_without_the_loop(connections: Connections, lent: Connection) -> None:
    assert connections.keep(lent)
    assert list(connections.kept) == [lent]
    assert not connections.hush(lent)  # what the client says now is a request


def test_a_client_that_speaks_before_its_answer_is_heard_after_it(connections: Connections, lent: Connection) -> None:
    assert connections.hush(lent)
    assert connections.hush(lent)
    assert not connections.keep(lent)
    connections.watch(lent, connections.kept, 65)
    assert not connections.hush(lent)


def test_an_event_from_before_the_answer_was_handed_over_is_no_second_request(poller: Any) -> None:
    calls: list[Any] = []
    worker = SimpleNamespace(
        poller=poller,
        close=print,
        cfg=SimpleNamespace(keepalive=65),
        worker_connections=100,
        streams=None,
        serve=lambda *call: calls.append(call),
        has_room=lambda _: True,
        alive=True,
    )
    loop = Loop(worker)
    connection = Connection(1)
    request = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
    connection.incoming.buffer += request
    assert connection.incoming.request() == request  # a thread has it
    connection.client.send(request)
    loop.waiting.hand_over(connection)
    loop.receive(connection, connection.sock)
    assert calls == []
    assert connection.incoming.buffer == request
    loop.waiting.unwatch(connection)
    connection.close()


@pytest.mark.parametrize("reason", ["the next request is there", "the worker stops"])
def test_the_loop_takes_a_connection_back_where(connections: Connections, lent: Connection, reason: str) -> None:
    if reason == "the worker stops":
        connections.hurry(1)
    else:
        lent.incoming.buffer += b"GET / HTTP/1.1"
    assert not connections.keep(lent)
    assert not connections.kept
    connections.forget(lent)
