"""The two load generators count every outcome."""

import itertools
import socket
import threading
from contextlib import closing

import pytest

from pattern.benchmarks.http_load import BrokenAnswerError, ClosedLoop
from pattern.benchmarks.open_loop import Arrival, OpenLoop, Outcome, poisson
from pattern.benchmarks.pod import summary
from pattern.tests.benchmarks.answering import GET, answering


def test_a_closed_loop_asks_again_until_it_has_its_answers() -> None:
    with answering(lambda _: (0.0, 200, {}, b"x" * 300_000)) as port:
        loop = ClosedLoop(port, itertools.repeat(GET), connections=3, statuses={200})
        times = loop.run(requests=20)
        loop.close()
    assert 20 <= len(times) <= 22
    assert all(0 < seconds < 30 for seconds in times)


def test_a_closed_loop_stops_at_an_answer_that_is_not_a_good_one() -> None:
    with answering(lambda number: (0.0, 500 if number == 5 else 200, {}, b"")) as port:
        loop = ClosedLoop(port, itertools.repeat(GET), connections=2, statuses={200})
        with closing(loop), pytest.raises(BrokenAnswerError, match="500 instead of"):
            loop.run(requests=20)


def test_an_open_loop_sends_on_time_while_an_answer_is_late(monkeypatch: pytest.MonkeyPatch) -> None:
    """A closed loop would have asked once and waited (coordinated omission): here the first waits for the last."""
    monkeypatch.setattr("pattern.benchmarks.open_loop.PATIENCE_SECONDS", 60)
    last = threading.Event()

    def answer(number: int) -> tuple[float, int, dict[str, str], bytes]:
        if number == 9:
            last.set()
        return 0.0, 200 if number or last.wait(30) else 500, {}, b""

    with answering(answer) as port:
        outcomes = OpenLoop([Arrival(at / 100, port, GET) for at in range(10)]).run()
    assert [outcome.status for outcome in outcomes] == [200] * 10


def test_time_counts_from_when_a_request_was_due() -> None:
    """One thread answers one after the other: the fifth waits for four, and its time says so."""
    gate = threading.Lock()

    def one_at_a_time(_: int) -> tuple[float, int, dict[str, str], bytes]:
        with gate:
            threading.Event().wait(0.1)
        return 0.0, 200, {}, b""

    with answering(one_at_a_time) as port:
        outcomes = OpenLoop([Arrival(0.0, port, GET)] * 5).run()
    assert max(outcome.seconds for outcome in outcomes) >= 0.5


def test_a_refusal_counts_as_one_only_with_retry_after() -> None:
    def refusing(number: int) -> tuple[float, int, dict[str, str], bytes]:
        return [(0.0, 200, {}, b""), (0.0, 503, {"Retry-After": "1"}, b""), (0.0, 503, {}, b"")][number]

    with answering(refusing) as port:
        found = summary(OpenLoop([Arrival(at / 20, port, GET) for at in range(3)]).run(), 1)
    assert (found["good"], found["refused"], found["failed"], found["hung"]) == (1, 1, 1, 0)


def test_a_refused_connection_is_a_failure() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        outcomes = OpenLoop([Arrival(0.0, probe.getsockname()[1], GET)]).run()
    assert [outcome.status for outcome in outcomes] == [0]


def test_who_gets_no_answer_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pattern.benchmarks.open_loop.PATIENCE_SECONDS", 0.2)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        found = summary(OpenLoop([Arrival(0.0, silent.getsockname()[1], GET)]).run(), 1)
    assert (found["requests"], found["hung"], found["good"]) == (1, 1, 0)


def test_what_is_not_counted_is_sent_all_the_same() -> None:
    asked = []
    with answering(lambda number: asked.append(number) or (0.0, 200, {}, b"")) as port:  # type: ignore[func-returns-value]
        outcomes = OpenLoop(
            [Arrival(0.0, port, GET), Arrival(0.05, port, GET, counted=False), Arrival(0.1, port, GET)]
        ).run()
    assert (len(asked), len(outcomes)) == (3, 2)


def test_arrivals_are_as_many_as_their_rate_says() -> None:
    times = list(poisson(50, 200, seed=1))
    assert times == sorted(times)
    assert 9_500 < len(times) < 10_500
    assert times == list(poisson(50, 200, seed=1))


def test_failing_does_not_look_fast() -> None:
    outcomes = [Outcome(200, 1.0, 0.001)] * 97 + [
        Outcome(0, 1.0, 0.001),
        Outcome(500, 1.0, 0.001),
        Outcome(-1, 9.0, 9.0),
    ]
    found = summary(outcomes, 1)
    assert found["p50"] == 1
    assert found["p99"] == 60_000


def test_an_answer_after_the_load_has_ended_is_no_throughput() -> None:
    found = summary([Outcome(200, 0.5, 0.1), Outcome(200, 1.5, 0.9)], 1)
    assert (found["good"], found["good_a_second"]) == (2, 1)
