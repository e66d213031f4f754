"""The members of a todo beyond what tests/api holds for every resource: texts, numbers, times, completion."""

from datetime import UTC, datetime

import pytest
from django.utils.dateparse import parse_datetime

from tests.api.client import ApiClient, parsed


def test_an_id_is_a_json_number_and_is_never_used_again(api: ApiClient) -> None:
    first = api.create()
    api.send("DELETE", first["url"])
    assert isinstance(first["id"], int)
    assert api.create()["id"] > first["id"]


def test_white_space_around_a_title_is_cut(api: ApiClient) -> None:
    assert api.create(title="\t\n\u2003 A title \u00a0 ")["title"] == "A title"


def test_texts_and_numbers_are_taken_to_their_limits(api: ApiClient) -> None:
    for title in ("x" * 200, " " * 50 + "x" * 100 + " " * 50, "🐘" * 200):
        assert api.create(title=title)["title"] == title.strip()
    for description in ("", "  ", "x" * 10_000, "🐘" * 10_000):
        assert api.create(description=description)["description"] == description
    for order in (-(2**31), 0, 2**31 - 1):
        assert api.create(order=order)["order"] == order


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("2026-12-01T10:00:00.123456+01:00", "2026-12-01T09:00:00.123456Z"),
        ("2026-12-01t10:00:00z", "2026-12-01T10:00:00Z"),
        ("2028-02-29T23:59:59-00:00", "2028-02-29T23:59:59Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"),
        ("0001-01-01T02:00:00+02:00", "0001-01-01T00:00:00Z"),
    ],
)
def test_a_date_time_is_kept_as_utc(api: ApiClient, sent: str, kept: str) -> None:
    url = api.create(due_at=sent)["url"]
    assert parsed(api.send("GET", url))["due_at"] == kept


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_completing_again_keeps_the_first_moment(api: ApiClient, method: str) -> None:
    created = api.create(completed=True)
    assert created["completed_at"] == created["created_at"]
    changed = parsed(api.send(method, created["url"], {"title": "Still done", "completed": True}))
    assert changed["completed_at"] == created["completed_at"]


@pytest.mark.parametrize(("method", "body"), [("PATCH", {"completed": False}), ("PUT", {"title": "Open again"})])
def test_reopening_clears_the_moment_that_the_server_had_set(
    api: ApiClient, method: str, body: dict[str, object]
) -> None:
    before = datetime.now(UTC)
    done = {"completed": True, "completed_at": "2001-01-01T00:00:00Z"}
    completed = parsed(api.send("PATCH", api.create()["url"], done))
    moment = parse_datetime(completed["completed_at"])
    assert moment is not None
    assert before <= moment <= datetime.now(UTC)
    changed = parsed(api.send(method, completed["url"], body))
    assert (changed["completed"], changed["completed_at"]) == (False, None)
