"""Each log line is one JSON object, without secrets."""

import json
import logging
import re
import sys
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Never
from uuid import uuid4

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.postgresql_plugin import ROOT
from todoproject.http.request_log import RequestLogMiddleware
from todoproject.logs.configuration import LOGGING
from todoproject.logs.context import request_id, user_id
from todoproject.logs.formatter import JsonFormatter


class Unfriendly:
    def __str__(self) -> str:
        raise RuntimeError("no text")


class Plain(Enum):
    ONE = "a secret"


class Text(str):
    __slots__ = ()


def formatted(message: object = "said", *args: object, **extra: Any) -> dict[str, Any]:
    record = logging.getLogger("a.logger").makeRecord(
        "a.logger", logging.WARNING, __file__, 1, message, args, None, extra=extra
    )
    line = JsonFormatter(colour="blue").format(record)
    assert line.isascii()
    assert line.isprintable(), "a control character in the line"
    return json.loads(line, parse_constant=not_json)  # type: ignore[no-any-return]


def not_json(constant: str) -> Never:
    raise AssertionError(f"{constant} is no JSON")


def test_a_record_has_the_fields_of_the_contract() -> None:
    entry = formatted("said %s", "this", method="GET", path="/", route="", status=200, duration_ms=1.5)
    assert entry.pop("timestamp").endswith("+00:00")
    assert entry == {
        "level": "WARNING",
        "logger": "a.logger",
        "message": "said this",
        "request_id": request_id.get(),
        "user_id": user_id.get(),
        "method": "GET",
        "path": "/",
        "route": "",
        "status": 200,
        "duration_ms": 1.5,
        "colour": "blue",
    }


@pytest.mark.parametrize("text", ["two\nlines", "\r\x00\x1b[31m", "\x85\x9b\u2028\u2029", "\ud800", "\U0001f600"])
def test_no_character_breaks_a_line(text: str) -> None:
    entry = formatted("%s", text, extra_text=text)
    assert entry["message"] == entry["extra_text"] == text


CIRCLE: list[object] = []
CIRCLE.append(CIRCLE)


@pytest.mark.parametrize(
    "value", [object(), Unfriendly(), {1, 2}, float("nan"), 10**400, {(1,): 2}, b"bytes", HttpRequest(), CIRCLE]
)
def test_values_that_json_does_not_know_never_raise(value: object) -> None:
    assert formatted(value=value)["message"] == "said"


@pytest.mark.parametrize("value", [Plain.ONE, uuid4(), datetime.now(UTC), Text("x"), float("inf"), Decimal(1)])
def test_values_that_orjson_alone_knows_are_named_by_their_type_or_are_text(value: object) -> None:
    assert formatted(value=value)["value"] in {f"<{type(value).__name__}>", "x"}


def test_arguments_that_do_not_fit_never_raise() -> None:
    assert formatted("%d", "ten")["message"] == "%d (arguments do not fit)"
    assert "arguments" in formatted("%s", Unfriendly())["message"]


def test_djangos_request_is_left_out_with_its_query_string() -> None:
    request = RequestFactory().get("/path?token=hidden")
    assert "hidden" not in json.dumps(formatted(request=request))


def test_an_exception_brings_its_traceback() -> None:
    try:
        int("kaput")
    except ValueError:
        record = logging.makeLogRecord({"msg": "failed", "exc_info": sys.exc_info()})
    entry = json.loads(JsonFormatter().format(record))
    assert entry["exception"].startswith("Traceback")
    assert entry["exception"].endswith("'kaput'")


LOGGERS = ["access", "root", *LOGGING["loggers"]]
ROUTER = (ROOT / "platform/cluster/aws_logging.yaml").read_text(encoding="utf-8")
# How the log router of Fargate reads a line of the container runtime.
LINE = re.compile(re.findall(r"Regex (\^.*)", ROUTER)[0].replace("(?<", "(?P<"))
LONG = st.builds(
    lambda text, times: text * times,
    st.text(st.characters(codec=None), min_size=1, max_size=30),  # surrogates too
    st.sampled_from([1, 700, 5_000]),
)
EXTRAS = st.dictionaries(
    st.sampled_from(["path", "route", "action", "targets", *(f"header_{number}" for number in range(20))]),
    LONG | st.lists(LONG, max_size=3) | st.dictionaries(LONG, LONG, max_size=2) | st.integers() | st.floats(),
)


def of_the_router(line: str) -> dict[str, Any]:
    """Return a line as Fargate's log router parses it after the container runtime, which cuts at 16,384 bytes."""
    assert len(line.encode()) <= 16_000
    found = LINE.match(f"2026-11-30T12:00:00.000000000Z stdout F {line}")
    assert found
    return json.loads(found["log"], parse_constant=not_json)  # type: ignore[no-any-return]


@settings(max_examples=60, deadline=None)
@given(name=st.sampled_from(LOGGERS), message=LONG, extras=EXTRAS, raised=st.none() | LONG)
def test_no_line_is_longer_than_the_router_takes(
    name: str, message: str, extras: dict[str, Any], raised: str | None
) -> None:
    record = logging.getLogger(name).makeRecord(name, logging.ERROR, __file__, 1, "%s", (message,), None, extra=extras)
    if raised is not None:
        record.exc_info = (ValueError, ValueError(raised), None)
    entry = of_the_router(JsonFormatter(colour="blue").format(record))
    assert (entry["level"], entry["logger"], entry["colour"]) == ("ERROR", name, "blue")
    assert entry.get("truncated", False) in {False, True}
    assert entry.get("truncated") or entry["message"] == message


def test_a_path_of_control_characters_is_cut_and_the_line_says_so() -> None:
    entry = of_the_router(
        JsonFormatter().format(logging.makeLogRecord({"msg": "GET", "path": "/" + "\x01" * 1400 * 4}))
    )
    assert (entry["truncated"], entry["message"], entry["path"][:2]) == (True, "GET", "/\x01")
    assert len(entry["path"]) > 1000


def test_a_long_traceback_keeps_its_end() -> None:
    def deeper(left: int) -> Never:
        if left:
            deeper(left - 1)
        raise ValueError("x" * 20_000 + "the end")

    try:
        deeper(200)
    except ValueError:
        record = logging.makeLogRecord({"msg": "failed", "exc_info": sys.exc_info()})
    entry = of_the_router(JsonFormatter().format(record))
    assert entry["exception"].endswith("the end")
    assert entry["message"] == "failed"


def test_a_line_with_thousands_of_extras_keeps_the_common_fields() -> None:
    record = logging.makeLogRecord({"msg": "said", **{f"extra_{number}": "x" for number in range(2000)}})
    entry = of_the_router(JsonFormatter().format(record))
    assert (entry["message"], entry["truncated"]) == ("said", True)


def access(caplog: pytest.LogCaptureFixture, request: HttpRequest, status: int = 200) -> HttpResponse:
    with caplog.at_level(logging.INFO, logger="access"):
        return RequestLogMiddleware(lambda _request: HttpResponse(status=status))(request)


@pytest.mark.parametrize("given", ["a", "0b5f.A-_9", "x" * 128])
def test_a_sane_request_id_is_kept(caplog: pytest.LogCaptureFixture, given: str) -> None:
    assert access(caplog, RequestFactory().get("/", headers={"X-Request-ID": given}))["X-Request-ID"] == given


@pytest.mark.parametrize("given", ["", "x" * 129, "with space", "a\nb", "<b>", "é", "a;b"])
def test_any_other_is_replaced(caplog: pytest.LogCaptureFixture, given: str) -> None:
    answered = access(caplog, RequestFactory().get("/", headers={"X-Request-ID": given}))["X-Request-ID"]
    assert answered != given
    assert len(answered) == 32


def test_the_access_line_names_the_path_without_its_query(caplog: pytest.LogCaptureFixture) -> None:
    headers = {"Authorization": "Bearer hidden"}
    access(caplog, RequestFactory().get("/some/path?token=hidden", headers=headers), status=404)
    (record,) = caplog.records
    assert record.getMessage() == "GET /some/path 404"
    assert "hidden" not in JsonFormatter().format(record)


@pytest.mark.django_db
def test_the_access_line_names_the_route(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="access"):
        Client().get("/docs/errors/not-found")
    entry = json.loads(JsonFormatter().format(caplog.records[-1]))
    assert "docs/errors/(?P<slug>" in entry["route"]
    assert entry["duration_ms"] > 0


def test_a_user_does_not_outlive_the_request(caplog: pytest.LogCaptureFixture) -> None:
    user_id.set(7)
    access(caplog, RequestFactory().get("/"))
    assert user_id.get() is None


@pytest.mark.parametrize(("status", "lines"), [(200, 0), (503, 1)])
def test_health_checks_are_logged_only_when_red(caplog: pytest.LogCaptureFixture, status: int, lines: int) -> None:
    access(caplog, RequestFactory().get("/readyz/"), status=status)
    assert len(caplog.records) == lines
