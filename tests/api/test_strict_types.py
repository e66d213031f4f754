"""Values of the wrong type or range are refused by name, whichever method carries them."""

import re
from typing import Any
from urllib.parse import urlencode

from rest_framework import serializers

from tests.api.client import ApiClient, parsed
from tests.sample import every
from todoproject.api import fields
from todoproject.api.filters import Search
from todoproject.api.serializers import NOT_BLANK

# Values of the wrong type; a query takes those that are texts.
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


NOT_DECIMALS: tuple[object, ...] = (
    "", "x", 1, 1.5, True, [], {}, "1e3", "1.", ".5", "+1", "01", " 1", "1,5", "NaN", "Infinity", "-", "٣",
)  # fmt: skip
NOT_DAYS: tuple[object, ...] = (
    "", "x", 0, True, [], {}, "2026-12-1", "20261201", "2026-W49-2", "2026-02-30", "2026-12-01T09:00:00Z", "0000-01-01",
    "10000-01-01", "infinity", "now", " 2026-12-01", "٢٠٢٦-12-01",
)  # fmt: skip


def refused(member: Any) -> list[tuple[object, str]]:
    """Return values that a member of this kind refuses, each with the beginning of the sentence that says so."""
    limits, found = member, list[tuple[object, str]]()
    wrong: list[Any]
    match member:
        case fields.StrictChoiceField():
            wrong = ["x", "LOW", 0, 99, 1.0, True, [], {}]
            found += [(value, "Must be one of: ") for value in wrong]
        case fields.StrictCharField():
            found += [(value, "Must be a string.") for value in (1, 1.5, True, ["x"], {"x": "y"})]
            found += [("a\x00b", "Null characters are not allowed.")]
            most = limits.max_length
            too_long = ("x" * (most + 1), " " * most + "x", "x" + " " * most, " " * (most + 1))
            found += [(value, f"Ensure this field has no more than {most} characters.") for value in too_long]
            if not limits.allow_blank:
                found += [(value[:most], "This field may not be blank.") for value in ("", "  ", "\t\r\n\u2003\u00a0")]
        case serializers.BooleanField():
            wrong = ["true", "True", "", "on", 0, 1, 1.0, [], {}]
            found += [(value, "Must be true or false.") for value in wrong]
        case serializers.IntegerField():
            wrong = ["1", "", True, False, 1.0, 1.5, -0.0, 1e300, [1], {}]
            found += [(value, "Must be a whole number.") for value in wrong]
            above, below = limits.max_value, limits.min_value
            found += [(value, "Ensure this value is less than") for value in (above + 1, above * 2 + 7, 10**400)]
            found += [(value, "Ensure this value is greater than") for value in (below - 1, -(10**400))]
        case serializers.DecimalField():
            sentence = 'Must be a decimal number in a string, for example "12.50".'
            found += [(value, sentence) for value in NOT_DECIMALS]
            found += [("9" * (limits.max_digits + 1), "Ensure"), ("0." + "1" * (limits.decimal_places + 1), "Ensure")]
        case serializers.DateTimeField():
            sentence = "Must be a date-time with a zone (RFC 3339), for example 2026-11-23T09:00:00Z."
            found += [(value, sentence) for value in NOT_MOMENTS]
            found += [(value, "Must lie between the years 1 and 9999 in UTC.") for value in OUT_OF_RANGE]
        case serializers.DateField():
            found += [(value, "") for value in NOT_DAYS]
        case _:
            raise AssertionError(f"{member} is of a kind that nothing is known of")
    return found if member.allow_null else [*found, (None, "This field may not be null.")]


@every
def test_a_member_of_the_wrong_type_or_range_is_refused_and_nothing_is_changed(api: ApiClient) -> None:
    address, body = f"{api.path}/{api.row().pk}", api.full()
    before = list(api.rows.values())
    for member, kind in api.subject.writable.items():
        wrong = refused(kind)
        for method, tried in (("POST", wrong), ("PUT", wrong[-2:]), ("PATCH", wrong[-2:])):
            for value, sentence in tried:
                path = api.path if method == "POST" else address
                response = api.send(method, path, body | {member: value})
                assert response.status_code == 400, (member, value)
                (error,) = parsed(response)["errors"]
                assert error["pointer"] == f"/{member}", value
                assert error["detail"].startswith(sentence), value
    assert list(api.rows.values()) == before


@every
def test_a_missing_member_is_refused(api: ApiClient) -> None:
    address, body = f"{api.path}/{api.row().pk}", api.full()
    for missing in (name for name, member in api.subject.writable.items() if member.required):
        for method, path in (("POST", api.path), ("PUT", address)):
            response = api.send(method, path, {name: value for name, value in body.items() if name != missing})
            assert parsed(response)["errors"] == [{"pointer": f"/{missing}", "detail": "This field is required."}]


@every
def test_every_wrong_member_is_named_at_once(api: ApiClient) -> None:
    wrong = {name: refused(member)[0][0] for name, member in api.subject.writable.items()}
    response = api.send("POST", api.path, wrong)
    assert [error["pointer"] for error in parsed(response)["errors"]] == [f"/{name}" for name in wrong]


@every
def test_read_only_and_unknown_members_are_ignored(api: ApiClient) -> None:
    created = api.create()
    values: list[object] = [0, None, "x", [], {"x": ""}]
    for value in values:
        body = dict.fromkeys((*api.subject.read_only, "version", "owner", "team", "x", "", "a/b~c"), value)
        changed = parsed(api.send("PATCH", created["url"], body))
        assert changed == created | {"updated_at": changed["updated_at"]}


# ── Queries ──────────────────────────────────────────────────────────────────────────────────────────────────────────
QUERIES = {
    serializers.BooleanField: ("", "1", "0", "True", "TRUE", "yes", " true", "null", "truefalse"),
    serializers.DateTimeField: tuple(
        value
        for value in (*NOT_MOMENTS, *OUT_OF_RANGE, "1763888400", "2026-11-23T09:00:00\0Z")
        if isinstance(value, str)
    ),
    serializers.DateField: tuple(value for value in NOT_DAYS if isinstance(value, str)),
    serializers.DecimalField: tuple(value for value in NOT_DECIMALS if isinstance(value, str)),
    serializers.IntegerField: ("", "x", "+1", "1.0", "1e1", " 1", "0x1", "1_0", "\u0661", "9" * 400, "9" * 19),
    serializers.ChoiceField: ("", "x", "LOW", "None", "low,high"),
    serializers.CharField: ("", "a\x00b"),
}
PAGING = {
    "limit": ("", "x", "-1", "+1", "1.0", "1e1", " 1", "0x1", "1_0", "\u0661", "9" * 400, "0", "201"),
    "ordering": ("", "id", "owner", "-", "?", "owner__password", "--created_at", "created_at,id", "Created_at"),
    "cursor": ("", "a\x00b"),
}


def refused_parameters(api: ApiClient) -> dict[str, tuple[str, ...]]:
    found = {}
    for name, parameter in api.subject.parameters.items():
        found[name] = next(values for kind, values in QUERIES.items() if isinstance(parameter, kind))
        if isinstance(api.subject.resource.filters.get(name), Search):
            found[name] += ("x" * 201, "\N{PARTY POPPER}" * 201)
    return found


def assert_names(response: Any, *names: str) -> None:
    """Assert a validation problem about exactly these parameters."""
    assert response.status_code == 400, response.content
    assert response.headers["Content-Type"] == "application/problem+json"
    body = parsed(response)
    assert body["type"] == "/docs/errors/validation-failed"
    assert sorted(error["pointer"] for error in body["errors"]) == sorted(f"?{name}" for name in names)
    assert all(error["detail"] for error in body["errors"])


@every
def test_a_parameter_of_the_wrong_type_or_range_is_refused_and_deletes_nothing(api: ApiClient) -> None:
    api.row()
    filters = refused_parameters(api)
    for name, values in (filters | PAGING).items():
        for value in values:
            assert_names(api.send("GET", f"{api.path}?{urlencode({name: value})}"), name)
        for value in values[-2:] if name in filters else ():
            assert_names(api.send("DELETE", f"{api.path}?{urlencode({name: value})}"), name)
    assert api.rows.count() == 1


def test_the_document_calls_a_text_blank_if_the_service_does() -> None:
    """JSON Schema's patterns are ECMAScript's, whose `\\s` is another set of characters than Python's."""
    ecmascript = r"\t-\r \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
    pattern = re.compile(NOT_BLANK.replace(r"[\s\S]", "(?s:.)").replace(r"\s", ecmascript))
    differing = {
        character for character in map(chr, range(0x3001)) if bool(pattern.match(character)) == character.isspace()
    }
    assert differing == set()
