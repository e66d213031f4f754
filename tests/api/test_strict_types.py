"""Values of the wrong type or range are refused by name, whichever method carries them."""

from urllib.parse import urlencode

import pytest

from tests.api.client import ApiClient, parsed
from tests.factories import TodoFactory
from tests.sample import (
    CHANGED,
    EVERYTHING,
    FLAG_FILTERS,
    FLAGS,
    INTEGERS,
    MOMENT_FILTERS,
    MOMENTS,
    PATH,
    READ_ONLY,
    SAMPLE,
    SORT_KEYS,
    TEXT,
    TEXT_FILTERS,
    TEXTS,
)
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


def too_long(characters: int) -> str:
    return f"Ensure this field has no more than {characters} characters."


BAD_MEMBERS = [
    *((name, value, STRING) for name in TEXTS for value in NOT_STRINGS),
    *((name, value, BLANK) for name in TEXTS if not TEXTS[name].blank for value in ("", "  ", "\t\r\n\u2003\u00a0")),
    *((name, "x" * (text.characters + 1), too_long(text.characters)) for name, text in TEXTS.items()),
    *((name, "a\x00b", NUL) for name in TEXTS),
    *((name, value, BOOLEAN) for name in FLAGS for value in NOT_BOOLEANS),
    *((name, None, NULL) for name in (*TEXTS, *FLAGS)),
    *((name, value, INTEGER) for name in INTEGERS for value in NOT_INTEGERS),
    *((name, value, LARGE) for name in INTEGERS for value in (2**31, 2**63, 10**400)),
    *((name, value, SMALL) for name in INTEGERS for value in (-(2**31) - 1, -(2**63) - 1, -(10**400))),
    *((name, value, MOMENT) for name in MOMENTS for value in NOT_MOMENTS),
    *((name, value, RANGE) for name in MOMENTS for value in OUT_OF_RANGE),
]


@pytest.mark.parametrize(("member", "value", "sentence"), BAD_MEMBERS, ids=lambda value: ascii(value)[:40])
def test_a_member_of_the_wrong_type_or_range_is_refused(
    api: ApiClient, member: str, value: object, sentence: str
) -> None:
    response = api.send("POST", PATH, SAMPLE | {member: value})
    assert response.status_code == 400
    assert parsed(response)["errors"] == [{"pointer": f"/{member}", "detail": sentence}]
    assert not Todo.objects.exists()


#: A wrong value for every member, each of its own kind.
WRONG: dict[str, object] = {
    **dict.fromkeys([*TEXTS, *FLAGS], 1),
    **dict.fromkeys(INTEGERS, "1"),
    **dict.fromkeys(MOMENTS, "soon"),
}


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
@pytest.mark.parametrize(
    ("member", "value"),
    [
        *WRONG.items(),
        (TEXT, " "),
        *((name, None) for name in TEXTS if name != TEXT),
        *((name, 2**31) for name in INTEGERS),
        *((name, "2026-12-01") for name in MOMENTS),
    ],
)
def test_a_change_with_a_wrong_member_is_refused_and_changes_nothing(
    api: ApiClient, user: User, method: str, member: str, value: object
) -> None:
    todo = TodoFactory.create(owner=user)
    before = list(Todo.objects.values())
    response = api.send(method, f"{PATH}/{todo.pk}", CHANGED | {member: value})
    assert response.status_code == 400
    assert [error["pointer"] for error in parsed(response)["errors"]] == [f"/{member}"]
    assert list(Todo.objects.values()) == before


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_a_missing_member_is_refused(api: ApiClient, user: User, method: str) -> None:
    todo = TodoFactory.create(owner=user)
    body = {member: value for member, value in EVERYTHING.items() if member != TEXT}
    response = api.send(method, PATH if method == "POST" else f"{PATH}/{todo.pk}", body)
    assert parsed(response)["errors"] == [{"pointer": f"/{TEXT}", "detail": "This field is required."}]


def test_every_wrong_member_is_named_at_once(api: ApiClient) -> None:
    response = api.send("POST", PATH, SAMPLE | WRONG)
    assert [error["pointer"] for error in parsed(response)["errors"]] == [
        f"/{member}" for member in EVERYTHING if member in WRONG
    ]


@pytest.mark.parametrize("member", [*READ_ONLY, "version", "owner", "x", "", "a/b~c"])
@pytest.mark.parametrize("value", [0, None, "x", [], {TEXT: ""}], ids=str)
def test_read_only_and_unknown_members_are_ignored(api: ApiClient, member: str, value: object) -> None:
    created = api.create()
    changed = parsed(api.send("PATCH", created["url"], {member: value}))
    assert changed == created | {"updated_at": changed["updated_at"]}


BAD_PARAMETERS = [
    *(
        (name, value, BOOLEAN)
        for name in FLAG_FILTERS
        for value in ("", "1", "0", "True", "TRUE", "yes", " true", "null")
    ),
    *((name, value, MOMENT) for name in MOMENT_FILTERS for value in NOT_MOMENTS if isinstance(value, str)),
    *((name, value, RANGE) for name in MOMENT_FILTERS for value in OUT_OF_RANGE),
    *(
        ("limit", value, INTEGER)
        for value in ("", "x", "-1", "+1", "1.0", "1e1", " 1", "0x1", "1_0", "\u0661", "9" * 400)
    ),
    ("limit", "0", "Ensure this value is greater than or equal to 1."),
    ("limit", "201", "Ensure this value is less than or equal to 200."),
    *(
        ("ordering", value, f'"{value}" is not a valid choice.')
        for value in ("", "id", f"--{SORT_KEYS[0]}", ",".join(SORT_KEYS), SORT_KEYS[0].title())
    ),
    *((name, "", BLANK) for name in TEXT_FILTERS),
    *((name, "x" * (characters + 1), too_long(characters)) for name, characters in TEXT_FILTERS.items()),
    *((name, "a\x00b", NUL) for name in TEXT_FILTERS),
    ("cursor", "", BLANK),
    ("cursor", "a\x00b", NUL),
]


@pytest.mark.parametrize(("name", "value", "sentence"), BAD_PARAMETERS, ids=lambda value: ascii(value)[:40])
def test_a_parameter_of_the_wrong_type_or_range_is_refused(
    api: ApiClient, name: str, value: str, sentence: str
) -> None:
    response = api.send("GET", f"{PATH}?{urlencode({name: value})}")
    assert response.status_code == 400
    assert parsed(response)["errors"] == [{"pointer": f"?{name}", "detail": sentence}]


@pytest.mark.parametrize(
    "name", ["page", "offset", "Limit", "format", "", "a/b", "a~b", "non_field_errors", "é", "\x00"]
)
def test_an_unknown_parameter_is_refused_by_name(api: ApiClient, name: str) -> None:
    response = api.send("GET", f"{PATH}?{urlencode({name: 1})}")
    assert response.status_code == 400
    assert [error["pointer"] for error in parsed(response)["errors"]] == [f"?{name}"]


@pytest.mark.parametrize(
    "pair",
    [
        "limit=1&limit=1",
        *(f"{name}=true&{name}=false" for name in FLAG_FILTERS),
        *(f"{name}={first}&{name}=b" for name in TEXT_FILTERS for first in ("a", "")),
    ],
)
def test_a_repeated_parameter_is_refused_by_name(api: ApiClient, pair: str) -> None:
    response = api.send("GET", f"{PATH}?{pair}")
    assert parsed(response)["errors"] == [{"pointer": f"?{pair.partition('=')[0]}", "detail": "Given more than once."}]
