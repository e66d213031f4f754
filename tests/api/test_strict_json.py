"""Bodies that two readers could take differently, or one reader cannot carry, are refused as a whole."""

import json

import pytest

from tests.api.client import ApiClient, parsed
from tests.sample import PLAIN

PATH, TEXT = PLAIN.path, PLAIN.text
SAMPLE = {TEXT: "A text"}
NAME = json.dumps(TEXT).encode()
ESCAPED_NAME = rb'"\u%04x%s"' % (ord(TEXT[0]), TEXT[1:].encode())
DEEP = 900


def body(text: bytes = b'"x"', *, more: bytes = b"") -> bytes:
    """Return a body that is accepted, unless its text (JSON as it is sent) or `more`, its last member, is refused."""
    rest = json.dumps({member: value for member, value in SAMPLE.items() if member != TEXT})[1:-1].encode()
    return b"{" + b", ".join(part for part in (rest, NAME + b": " + text, more) if part) + b"}"


BAD_BODIES = {
    "empty text": (b" ", "", "not JSON"),
    "no JSON": (b"{", "", "not JSON"),
    "single quotes": (body().replace(b'"', b"'"), "", "not JSON"),
    "trailing comma": (body()[:-1] + b",}", "", "not JSON"),
    "comment": (body() + b" // done", "", "not JSON"),
    "two documents": (body() + b"{}", "", "not JSON"),
    "control character": (body(b'"a\nb"'), "", "not JSON"),
    "leading zero": (body(more=b'"ignored": 01'), "", "not JSON"),
    "form": (b"text=x", "", "not JSON"),
    "invalid UTF-8": (body(b'"\xff"'), "", "UTF-8"),
    "overlong UTF-8": (body(b'"\xc0\xaf"'), "", "UTF-8"),
    "surrogate in UTF-8": (body(b'"\xed\xa0\x80"'), "", "UTF-8"),
    "UTF-16": (body().decode().encode("utf-16"), "", "UTF-8"),
    "byte order mark": (b"\xef\xbb\xbf" + body(), "", "byte order mark"),
    "duplicate key": (body(more=NAME + b': "y"'), "", "same key twice"),
    "duplicate key, escaped": (body(more=ESCAPED_NAME + b': "y"'), "", "same key twice"),
    "duplicate key below": (body(more=b'"a": [{"b": 1, "b": 1}]'), "", "same key twice"),
    "NaN": (body(b"NaN"), "", "NaN"),
    "Infinity": (body(b"Infinity"), "", "Infinity"),
    "-Infinity": (body(more=b'"ignored": [-Infinity]'), "", "Infinity"),
    "1e999": (body(b"1e999"), f"/{TEXT}", "beyond"),
    "-1e999 in an ignored member": (body(more=b'"a/b": [0, -1e999]'), "/a~1b/1", "beyond"),
    "integer of 5,000 digits": (body(b"9" * 5000), "", "digits"),
    "lone surrogate": (body(rb'"\ud83d"'), f"/{TEXT}", "surrogate"),
    "lone low surrogate": (body(rb'"\udc18\ud83d"'), f"/{TEXT}", "surrogate"),
    "lone surrogate in an ignored member": (body(more=rb'"a": {"b~c": ["\ud83d"]}'), "/a/b~0c/0", "surrogate"),
    "lone surrogate in a key": (body(more=rb'"\ud83d": 1'), "", "surrogate"),
    "deep in an ignored member": (body(more=b'"a": ' + b"[" * DEEP + b"]" * DEEP), "", "deep"),
    "deep as text": (body(b'{"a":' * DEEP + b"1" + b"}" * DEEP), "", "deep"),
    "deep and never closed": (b"[" * DEEP, "", "deep"),
    "too many values": (body(more=b'"a": [' + b"{}," * 500 + b"0]"), "", "1,000 values"),
    "too many members": (body(more=b"".join(b'"%d":1,' % n for n in range(1001)) + b'"z": 1'), "", "1,000 values"),
    "33 levels": (body(more=b'"a": ' + b"[" * 32 + b"]" * 32), "", "deep"),
    "array": (b"[" + body() + b"]", "", "object"),
    "string": (NAME, "", "object"),
    "number": (b"1", "", "object"),
    "true": (b"true", "", "object"),
    "null": (b"null", "", "object"),
}


@pytest.mark.parametrize(("body", "pointer", "word"), BAD_BODIES.values(), ids=BAD_BODIES)
def test_a_body_that_is_no_plain_json_object_is_refused(api: ApiClient, body: bytes, pointer: str, word: str) -> None:
    response = api.send("POST", PATH, body)
    assert response.status_code == 400
    (error,) = parsed(response)["errors"]
    assert (error["pointer"], word in error["detail"]) == (pointer, True), error
    assert not api.rows.exists()


def test_a_body_below_the_bounds_is_accepted(api: ApiClient) -> None:
    for more in (
        b'"ignored": 1',
        b'"a": ' + b"[" * 31 + b"]" * 31,
        b'"a": "' + b"[,{" * 900 + b'"',
        rb'"a": "\"' + b"[,{" * 900 + rb'\\"',
        b'"a": [' + b"0," * 990 + b"0]",
        rb'"note": "\u0000", "\u0000": 1',
    ):
        assert api.send("POST", PATH, body(more=more)).status_code == 201, more


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_a_change_by_such_a_body_changes_nothing(api: ApiClient, method: str) -> None:
    row = api.row()
    before = list(api.rows.values())
    assert api.send(method, f"{PATH}/{row.pk}", body(more=NAME + b': "y"')).status_code == 400
    assert list(api.rows.values()) == before


@pytest.mark.parametrize("depth", [10, 900, 5_000])
def test_nesting_of_any_depth_is_never_an_error_of_ours(api: ApiClient, depth: int) -> None:
    nested = b"[" * depth + b"]" * depth
    assert api.send("POST", PATH, body(nested)).status_code == 400
    assert api.send("POST", PATH, body(more=b'"ignored": ' + nested)).status_code in {201, 400}


def test_escapes_that_stand_for_text_are_read(api: ApiClient) -> None:
    for letter in (rb"\ud83d\ude00", rb"\u00e9", rb"\uffff", rb"\u0001", rb"\/"):
        response = api.send("POST", PATH, body(b'"a%sb"' % letter))
        assert response.status_code == 201
        assert len(parsed(response)[TEXT]) == 3


def test_parameters_and_case_of_the_media_type_do_not_matter(api: ApiClient) -> None:
    for media_type in ("application/json; charset=utf-8", "Application/JSON", "application/json;v=1"):
        assert api.generic("POST", PATH, body(), content_type=media_type).status_code == 201
