"""The threads that serve: no more than asked for, no fewer than are needed at once."""

import threading
import time
from typing import Any

from todoproject.server.threads import Threads

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
