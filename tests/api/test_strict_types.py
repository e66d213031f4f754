"""Values of the wrong type or range are refused by name, whichever method carries them."""

from urllib.parse import urlencode

import pytest

from tests.api.client import ApiClient, parsed
from tests.factories import TodoFactory
from todoproject.accounts.models import User
from todos.models import Todo

STRING = "Must be a string."
BOOLEAN = "Must be true or false."
INTEGER = "Must be a whole number."
MOMENT = "Must be a date-time with a zone (RFC 3339), for example 2026-11-23T09:00:00Z."
RANGE = "Must lie between the years 1 and 9999 in UTC."
NULL = "This field may not be null."
BLANK = "This field may not be blank."
SMALL = "Ensure this value is greater than or equal to -2147483648."
LARGE = "Ensure this value is less than or equal to 2147483647."
NUL = "Null characters are not allowed."

NOT_STRINGS = (1, 1.5, True, ["x"], {"x": "y"})
NOT_BOOLEANS: tuple[object, ...] = ("true", "True", "", "on", 0, 1, 1.0, [], {})
NOT_INTEGERS: tuple[object, ...] = ("1", "", True, False, 1.0, 1.5, -0.0, 1e300, [1], {})
NOT_MOMENTS: tuple[object, ...] = (
    "", "x", 0, 1764579600, True, [], {}, "2026-12-01", "2026-12-01T09:00:00", "2026-12-01T09:00Z", "2026-12-01T09Z",
    "2026-W49-2T09:00:00Z", "2026-335T09:00:00Z", "20261201T090000Z", "2026-12-01T09:00:00+0100",
    "2026-12-01T09:00:00+01", "2026-12-01T23:59:60Z", "2026-12-01T24:00:00Z", "2026-12-01T09:60:00Z",
    "2026-02-29T09:00:00Z", "2026-13-01T09:00:00Z",
    "0000-01-01T00:00:00Z", "10000-01-01T00:00:00Z", "-0001-01-01T00:00:00Z", "2026-12-01T09:00:00+24:00",
    "2026-12-01T09:00:00+01:60", "2026-12-01T09:00:00Z ", "2026-12-01T09:00:00Z\n", "2026-12-01T09:00:00,5Z",
    "٢٠٢٦-12-01T09:00:00Z", "2026-12-01T09:00:00 Europe/Berlin", "infinity", "now", "2026-12-01T09:00:00Z\u0000",
)  # fmt: skip
OUT_OF_RANGE = ("0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01", "0001-01-01T05:00:00+14:00")

BAD_MEMBERS = [
    *(("title", value, STRING) for value in NOT_STRINGS),
    *(("title", value, BLANK) for value in ("", "  ", "\t\r\n\u2003\u00a0")),
    ("title", None, NULL),
    ("title", "x" * 201, "Ensure this field has no more than 200 characters."),
    ("title", "a\x00b", NUL),
    *(("description", value, STRING) for value in NOT_STRINGS),
    ("description", None, NULL),
    ("description", "x" * 10_001, "Ensure this field has no more than 10000 characters."),
    ("description", "\x00", NUL),
    *(("completed", value, BOOLEAN) for value in NOT_BOOLEANS),
    ("completed", None, NULL),
    *(("order", value, INTEGER) for value in NOT_INTEGERS),
    *(("order", value, LARGE) for value in (2**31, 2**63, 10**400)),
    *(("order", value, SMALL) for value in (-(2**31) - 1, -(2**63) - 1, -(10**400))),
    *(("due_at", value, MOMENT) for value in NOT_MOMENTS),
    *(("due_at", value, RANGE) for value in OUT_OF_RANGE),
]


@pytest.mark.parametrize(("member", "value", "sentence"), BAD_MEMBERS, ids=lambda value: ascii(value)[:40])
def test_a_member_of_the_wrong_type_or_range_is_refused(
    api: ApiClient, member: str, value: object, sentence: str
) -> None:
    response = api.send("POST", "/todos", {"title": "x", member: value})
    assert response.status_code == 400
    assert parsed(response)["errors"] == [{"pointer": f"/{member}", "detail": sentence}]
    assert not Todo.objects.exists()


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
@pytest.mark.parametrize(
    ("member", "value"),
    [("title", 1), ("title", " "), ("description", None), ("completed", 1), ("order", 2**31), ("due_at", "2026-12-01")],
)
def test_a_change_with_a_wrong_member_is_refused_and_changes_nothing(
    api: ApiClient, user: User, method: str, member: str, value: object
) -> None:
    todo = TodoFactory.create(owner=user, title="Untouched")
    response = api.send(method, f"/todos/{todo.pk}", {"title": "x", "order": 7, member: value})
    assert response.status_code == 400
    assert [error["pointer"] for error in parsed(response)["errors"]] == [f"/{member}"]
    assert list(Todo.objects.values_list("title", "order", "version")) == [("Untouched", None, 1)]


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_a_missing_title_is_refused(api: ApiClient, user: User, method: str) -> None:
    todo = TodoFactory.create(owner=user)
    response = api.send(method, "/todos" if method == "POST" else f"/todos/{todo.pk}", {"description": "x"})
    assert parsed(response)["errors"] == [{"pointer": "/title", "detail": "This field is required."}]


def test_every_wrong_member_is_named_at_once(api: ApiClient) -> None:
    response = api.send("POST", "/todos", {"title": 1, "completed": 1, "order": "1", "due_at": "soon"})
    assert [error["pointer"] for error in parsed(response)["errors"]] == ["/title", "/completed", "/order", "/due_at"]


@pytest.mark.parametrize(
    "member", ["id", "url", "completed_at", "created_at", "updated_at", "version", "owner", "x", "", "a/b~c"]
)
@pytest.mark.parametrize("value", [0, None, "x", [], {"title": ""}], ids=str)
def test_read_only_and_unknown_members_are_ignored(api: ApiClient, member: str, value: object) -> None:
    created = api.create()
    changed = parsed(api.send("PATCH", created["url"], {member: value}))
    assert changed == created | {"updated_at": changed["updated_at"]}


BAD_PARAMETERS = [
    *(("completed", value, BOOLEAN) for value in ("", "1", "0", "True", "TRUE", "yes", " true", "null")),
    *((name, value, MOMENT) for name in ("due_before", "due_after") for value in NOT_MOMENTS if isinstance(value, str)),
    *((name, value, RANGE) for name in ("due_before", "due_after") for value in OUT_OF_RANGE),
    *(
        ("limit", value, INTEGER)
        for value in ("", "x", "-1", "+1", "1.0", "1e1", " 1", "0x1", "1_0", "\u0661", "9" * 400)
    ),
    ("limit", "0", "Ensure this value is greater than or equal to 1."),
    ("limit", "201", "Ensure this value is less than or equal to 200."),
    *(
        ("ordering", value, f'"{value}" is not a valid choice.')
        for value in ("", "id", "--title", "title,order", "Title")
    ),
    ("q", "", BLANK),
    ("q", "x" * 201, "Ensure this field has no more than 200 characters."),
    ("q", "a\x00b", NUL),
    ("cursor", "", BLANK),
    ("cursor", "a\x00b", NUL),
]


@pytest.mark.parametrize(("name", "value", "sentence"), BAD_PARAMETERS, ids=lambda value: ascii(value)[:40])
def test_a_parameter_of_the_wrong_type_or_range_is_refused(
    api: ApiClient, name: str, value: str, sentence: str
) -> None:
    response = api.send("GET", f"/todos?{urlencode({name: value})}")
    assert response.status_code == 400
    assert parsed(response)["errors"] == [{"pointer": f"?{name}", "detail": sentence}]


@pytest.mark.parametrize(
    "name", ["page", "offset", "Completed", "format", "", "a/b", "a~b", "non_field_errors", "é", "\x00"]
)
def test_an_unknown_parameter_is_refused_by_name(api: ApiClient, name: str) -> None:
    response = api.send("GET", f"/todos?{urlencode({name: 1})}")
    assert response.status_code == 400
    assert [error["pointer"] for error in parsed(response)["errors"]] == [f"?{name}"]


@pytest.mark.parametrize("pair", ["limit=1&limit=1", "completed=true&completed=false", "q=a&q=b", "q=&q=b"])
def test_a_repeated_parameter_is_refused_by_name(api: ApiClient, pair: str) -> None:
    response = api.send("GET", f"/todos?{pair}")
    assert parsed(response)["errors"] == [{"pointer": f"?{pair.partition('=')[0]}", "detail": "Given more than once."}]
