"""The threads that serve: how many there are, and one user's share of them."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import RequestFactory
from rest_framework.exceptions import Throttled

from todoproject.accounts.authentication import TokenUser
from todoproject.server import shares
from todoproject.server.incoming import Incoming
from todoproject.server.threads import Threads
from todoproject.throttling.rates import ApiThrottle

BUSY = 4


def test_requests_one_after_the_other_need_one_thread() -> None:
    served: list[int] = []
    done = threading.Semaphore(0)

    def serve(_: Any) -> None:
        served.append(threading.get_ident())
        done.release()

    threads = Threads(BUSY, serve)
    for number in range(20):
        threads.submit(number)
        assert done.acquire(timeout=10)
        while threads.idle < 1:
            time.sleep(0.001)
    assert len(served) == 20
    assert len(set(served)) == 1
    threads.shutdown(wait=False)


def test_each_request_has_a_thread_at_once_until_all_are_busy_and_the_others_follow_in_order() -> None:
    begun: list[int] = []
    at_work, end = threading.Semaphore(0), threading.Semaphore(0)

    def serve(number: int) -> None:
        begun.append(number)
        at_work.release()
        end.acquire(timeout=10)

    threads = Threads(BUSY, serve)
    for number in range(BUSY + 3):
        threads.submit(number)
    for _ in range(BUSY):
        assert at_work.acquire(timeout=10)
    assert sorted(begun) == [0, 1, 2, 3]
    for number in (4, 5, 6):
        end.release()
        assert at_work.acquire(timeout=10)
        assert begun[number] == number
    for _ in range(BUSY):
        end.release()
    threads.shutdown(wait=False)


class Served:
    """Requests of one user, each held by a thread of its own until `end`."""

    def __init__(self) -> None:
        self.ended = threading.Event()
        self.threads: list[threading.Thread] = []

    def ask(self, user: int, *, others_wait: bool) -> bool:
        answers: list[bool] = []
        answered = threading.Event()

        def serve() -> None:
            shares.begin(lambda: others_wait)
            answers.append(shares.take(user, 4))
            answered.set()
            self.ended.wait(10)
            shares.end()

        self.threads.append(threading.Thread(target=serve))
        self.threads[-1].start()
        assert answered.wait(10)
        return answers[0]

    def end(self) -> None:
        self.ended.set()
        for thread in self.threads:
            thread.join(10)
        self.ended.clear()


@pytest.fixture
def served() -> Iterator[Served]:
    served = Served()
    yield served
    served.end()
    assert not shares._taken


def test_a_user_may_have_every_thread_while_nobody_else_waits(served: Served) -> None:
    assert [served.ask(1, others_wait=False) for _ in range(4)] == [True] * 4


def test_while_others_wait_a_user_has_half_of_the_threads_and_another_user_their_own_half(served: Served) -> None:
    assert [served.ask(1, others_wait=True) for _ in range(3)] == [True, True, False]
    assert [served.ask(2, others_wait=True) for _ in range(2)] == [True, True]
    served.end()
    assert served.ask(1, others_wait=True)


def test_one_request_at_a_time_is_never_refused_where_there_is_one_thread() -> None:
    for _ in range(3):
        shares.begin(lambda: True)
        assert shares.take(1, 1)
        shares.end()


def test_the_surplus_is_told_when_to_come_back(served: Served, settings: Any) -> None:
    settings.WEB_THREADS = 4
    for _ in range(2):
        served.ask(1, others_wait=True)
    request: Any = RequestFactory().get("/")
    request.user = TokenUser(1)
    shares.begin(lambda: True)
    try:
        with pytest.raises(Throttled) as refusal:
            ApiThrottle().allow_request(request)
    finally:
        shares.end()
    assert refusal.value.wait == 1  # type: ignore[attr-defined]  # not in the stubs


def test_without_a_worker_no_user_is_refused() -> None:
    assert all(shares.take(1, 1) for _ in range(3))


@pytest.mark.parametrize(
    ("field", "caller"),
    [(b"Authorization: Bearer a.b.c", b"Bearer a.b.c"), (b"authorization:x", b"x"), (b"X-Authorization: x", b"")],
)
def test_callers_who_wait_are_told_apart_by_what_they_have_sent(field: bytes, caller: bytes) -> None:
    incoming = Incoming(lambda _: 0)
    incoming.buffer += b"GET / HTTP/1.1\r\nHost: a\r\n" + field + b"\r\n\r\n"
    incoming.request()
    assert incoming.caller() == caller
