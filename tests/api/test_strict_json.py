"""Bodies that two readers could take differently, or one reader cannot carry, are refused as a whole."""

import pytest

from tests.api.client import ApiClient, parsed
from tests.factories import TodoFactory
from todoproject.accounts.models import User
from todos.models import Todo

DEEP = 100_000
BAD_BODIES = {
    "empty text": (b" ", "", "not JSON"),
    "no JSON": (b"{", "", "not JSON"),
    "single quotes": (b"{'title': 'x'}", "", "not JSON"),
    "trailing comma": (b'{"title": "x",}', "", "not JSON"),
    "comment": (b'{"title": "x"} // done', "", "not JSON"),
    "two documents": (b'{"title": "x"}{}', "", "not JSON"),
    "control character": (b'{"title": "a\nb"}', "", "not JSON"),
    "leading zero": (b'{"title": "x", "order": 01}', "", "not JSON"),
    "form": (b"title=x", "", "not JSON"),
    "invalid UTF-8": (b'{"title": "\xff"}', "", "UTF-8"),
    "overlong UTF-8": (b'{"title": "\xc0\xaf"}', "", "UTF-8"),
    "surrogate in UTF-8": (b'{"title": "\xed\xa0\x80"}', "", "UTF-8"),
    "UTF-16": ('{"title": "x"}'.encode("utf-16"), "", "UTF-8"),
    "byte order mark": (b'\xef\xbb\xbf{"title": "x"}', "", "byte order mark"),
    "duplicate key": (b'{"title": "x", "title": "y"}', "", "same key twice"),
    "duplicate key, escaped": (b'{"title": "x", "t\\u0069tle": "y"}', "", "same key twice"),
    "duplicate key below": (b'{"title": "x", "a": [{"b": 1, "b": 1}]}', "", "same key twice"),
    "NaN": (b'{"title": "x", "order": NaN}', "", "NaN"),
    "Infinity": (b'{"title": "x", "order": Infinity}', "", "Infinity"),
    "-Infinity": (b'{"title": "x", "ignored": [-Infinity]}', "", "Infinity"),
    "1e999": (b'{"title": "x", "order": 1e999}', "/order", "beyond"),
    "-1e999 in an ignored member": (b'{"title": "x", "a/b": [0, -1e999]}', "/a~1b/1", "beyond"),
    "integer of 5,000 digits": (b'{"title": "x", "order": ' + b"9" * 5000 + b"}", "", "digits"),
    "lone surrogate": (b'{"title": "\\ud83d"}', "/title", "surrogate"),
    "lone low surrogate": (b'{"title": "x", "description": "\\udc18\\ud83d"}', "/description", "surrogate"),
    "lone surrogate in an ignored member": (b'{"title": "x", "a": {"b~c": ["\\ud83d"]}}', "/a/b~0c/0", "surrogate"),
    "lone surrogate in a key": (b'{"title": "x", "\\ud83d": 1}', "", "surrogate"),
    "deep in an ignored member": (b'{"title": "x", "a": ' + b"[" * DEEP + b"]" * DEEP + b"}", "", "deep"),
    "deep as title": (b'{"title": ' + b'{"a":' * DEEP + b"1" + b"}" * DEEP + b"}", "", "deep"),
    "deep and never closed": (b"[" * DEEP, "", "deep"),
    "array": (b'[{"title": "x"}]', "", "object"),
    "string": (b'"title"', "", "object"),
    "number": (b"1", "", "object"),
    "true": (b"true", "", "object"),
    "null": (b"null", "", "object"),
}


@pytest.mark.parametrize(("body", "pointer", "word"), BAD_BODIES.values(), ids=BAD_BODIES)
def test_a_body_that_is_no_plain_json_object_is_refused(api: ApiClient, body: bytes, pointer: str, word: str) -> None:
    response = api.send("POST", "/todos", body)
    assert response.status_code == 400
    (error,) = parsed(response)["errors"]
    assert (error["pointer"], word in error["detail"]) == (pointer, True), error
    assert not Todo.objects.exists()


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_a_change_by_such_a_body_changes_nothing(api: ApiClient, user: User, method: str) -> None:
    todo = TodoFactory.create(owner=user, title="Untouched")
    assert api.send(method, f"/todos/{todo.pk}", b'{"title": "x", "title": "y"}').status_code == 400
    assert list(Todo.objects.values_list("title", "version")) == [("Untouched", 1)]


@pytest.mark.parametrize("depth", [10, 900, 5_000])
@pytest.mark.parametrize("member", ["title", "ignored"])
def test_nesting_of_any_depth_is_never_an_error_of_ours(api: ApiClient, member: str, depth: int) -> None:
    body = b'{"title": "x", "%s": ' % member.encode() if member != "title" else b'{"title": '
    response = api.send("POST", "/todos", body + b"[" * depth + b"]" * depth + b"}")
    assert response.status_code in ({400} if member == "title" else {201, 400})


@pytest.mark.parametrize("title", ["\\ud83d\\ude00", "\\u00e9", "\\uffff", "\\u0001", "\\/"])
def test_escapes_that_stand_for_text_are_read(api: ApiClient, title: str) -> None:
    response = api.send("POST", "/todos", b'{"title": "a%sb"}' % title.encode())
    assert response.status_code == 201
    assert len(parsed(response)["title"]) == 3


def test_nul_in_an_ignored_member_is_ignored(api: ApiClient) -> None:
    assert api.send("POST", "/todos", {"title": "x", "note": "\x00", "\x00": 1}).status_code == 201


@pytest.mark.parametrize("media_type", ["application/json; charset=utf-8", "Application/JSON", "application/json;v=1"])
def test_parameters_and_case_of_the_media_type_do_not_matter(api: ApiClient, media_type: str) -> None:
    assert api.generic("POST", "/todos", b'{"title": "x"}', content_type=media_type).status_code == 201
