"""The audit handler's queue is bounded, dropped records are counted and logged, and no request sees an exception."""

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from todoproject.audit import shipping
from todoproject.audit.shipping import AuditHandler
from todoproject.logs.formatter import JsonFormatter

AWAY = EndpointConnectionError(endpoint_url="http://192.0.2.1")


class Logs:
    """A stand-in for boto3's client with the given answers; the last one is repeated."""

    def __init__(self, *answers: Exception | dict[str, Any]) -> None:
        self.answers = list(answers)
        self.delivered: list[str] = []
        self.streams: list[str] = []
        self.exceptions = self

    class ResourceNotFoundException(ClientError):  # type: ignore[misc]  # noqa: N818  boto3's name
        def __init__(self) -> None:
            super().__init__({"Error": {"Code": "ResourceNotFoundException"}}, "PutLogEvents")

    def put_log_events(self, **batch: Any) -> dict[str, Any]:
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        self.delivered += [event["message"] for event in batch["logEvents"]]
        return answer

    def create_log_stream(self, **names: str) -> None:
        self.streams.append(names["logStreamName"])


Handlers = Callable[[Logs], AuditHandler]


class Counted:
    """The counts of the metrics since the test began."""

    def __init__(self) -> None:
        self.before = self.now()

    def now(self) -> tuple[float, float]:
        return shipping.dropped._value.get(), shipping.failed._value.get()

    @property
    def dropped(self) -> float:
        return self.now()[0] - self.before[0]

    @property
    def failed(self) -> float:
        return self.now()[1] - self.before[1]


@pytest.fixture
def counted() -> Counted:
    return Counted()


@pytest.fixture
def handlers(monkeypatch: pytest.MonkeyPatch) -> Iterator[Handlers]:
    """Make handlers of a client that waits for nothing long; they are closed at the end."""
    made: list[AuditHandler] = []
    monkeypatch.setattr(shipping, "FIRST_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(AuditHandler, "FLUSH_TIMEOUT", 20)

    def make(logs: Logs) -> AuditHandler:
        handler = AuditHandler("/todo/test")
        handler.setFormatter(JsonFormatter())
        handler.client = logs
        made.append(handler)
        return handler

    yield make
    for handler in made:
        handler.close()


def send(handler: AuditHandler, number: int = 1) -> None:
    for position in range(number):
        handler.handle(logging.makeLogRecord({"name": "audit", "msg": "todo.created", "target": str(position)}))


def said(caplog: pytest.LogCaptureFixture, member: str) -> list[int]:
    return [getattr(record, member) for record in caplog.records if hasattr(record, member)]


def test_closing_ships_what_is_queued_in_order(handlers: Handlers, counted: Counted) -> None:
    logs = Logs({})
    handler = handlers(logs)
    send(handler, 2500)
    handler.close()
    assert [json.loads(message)["target"] for message in logs.delivered] == [str(number) for number in range(2500)]
    assert (counted.dropped, counted.failed) == (0, 0)


def test_a_stream_that_is_missing_is_created_and_a_group_never(handlers: Handlers) -> None:
    logs = Logs(Logs.ResourceNotFoundException(), {})
    handler = handlers(logs)
    send(handler)
    handler.close()
    assert len(logs.delivered) == len(logs.streams) == 1
    assert not hasattr(logs, "create_log_group")


def test_two_handlers_never_share_a_stream(handlers: Handlers) -> None:
    assert handlers(Logs({})).log_stream_name != handlers(Logs({})).log_stream_name


def test_an_error_is_tried_again_until_the_batch_is_there(handlers: Handlers, counted: Counted) -> None:
    logs = Logs(AWAY, RuntimeError("whatever"), {})
    handler = handlers(logs)
    send(handler)
    deadline = time.monotonic() + 20
    while not logs.delivered:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert (counted.dropped, counted.failed) == (0, 2)


def test_a_full_queue_drops_at_once_and_counts(
    handlers: Handlers, counted: Counted, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(shipping, "QUEUE_RECORDS", 100)
    monkeypatch.setattr(shipping, "FIRST_PAUSE_SECONDS", 60)
    handler = handlers(Logs(AWAY))
    handler.max_batch_count = 10
    send(handler, 1000)
    assert 100 <= handler.queued() + handler.in_flight <= 100 + 10 + 1
    assert 1000 - 100 - 10 - 1 <= counted.dropped <= 1000 - 100
    handler.close()
    assert counted.dropped == 1000


def test_a_batch_that_is_refused_for_good_is_dropped_and_counted(handlers: Handlers, counted: Counted) -> None:
    refused = ClientError({"Error": {"Code": "InvalidParameterException", "Message": "24 hours"}}, "PutLogEvents")
    handler = handlers(logs := Logs(refused, {}))
    send(handler, 3)
    deadline = time.monotonic() + 20
    while not counted.dropped:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    send(handler)
    handler.close()
    assert (counted.dropped, counted.failed, len(logs.delivered)) == (3, 1, 1)


def test_the_end_waits_no_longer_than_its_bound_for_a_delivery_that_hangs(
    handlers: Handlers, counted: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    hangs = threading.Event()
    logs = Logs({})
    monkeypatch.setattr(logs, "put_log_events", lambda **_: hangs.wait(60))
    handler = handlers(logs)
    monkeypatch.setattr(AuditHandler, "FLUSH_TIMEOUT", 0.5)
    send(handler, 3)
    started = time.monotonic()
    handler.close()
    assert time.monotonic() - started < 10
    assert counted.dropped == 3
    hangs.set()
    for thread in handler.threads:
        thread.join(timeout=20)  # or it would count its records again, in the test that comes next


def test_a_record_after_the_end_is_counted(handlers: Handlers, counted: Counted) -> None:
    handler = handlers(Logs({}))
    handler.close()
    send(handler)
    assert counted.dropped == 1


def test_a_record_that_cannot_be_queued_raises_nothing(
    handlers: Handlers, counted: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    handler = handlers(Logs({}))
    monkeypatch.setattr(handler, "_get_stream_name", lambda _message: 1 / 0)
    send(handler)
    assert counted.dropped == 1


def test_an_error_is_named_without_the_text_of_aws_that_may_repeat_a_session_token(
    handlers: Handlers, caplog: pytest.LogCaptureFixture
) -> None:
    error = {"Code": "InvalidSignatureException", "Message": "x-amz-security-token:hidden"}
    handler = handlers(Logs(ClientError({"Error": error}, "PutLogEvents")))
    send(handler)
    handler.close()
    assert "InvalidSignatureException" in caplog.text
    assert "hidden" not in caplog.text
