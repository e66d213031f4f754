"""A POST with an Idempotency-Key is served once for 24 hours, however often it is sent."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.utils import timezone

from tests.api.client import ApiClient, parsed
from tests.sample import CHANGED, CHANGES, OTHER, PATH, SAMPLE, TEXT
from todoproject.accounts.models import User
from todoproject.api.rows import Rows
from todoproject.idempotency.models import IdempotencyRecord
from todos.models import Todo

BODY = SAMPLE | {TEXT: "Ünïcode 🐘"}


def post(api: ApiClient, key: str = "a-key", body: object = None, path: str = PATH) -> HttpResponse:
    return api.send("POST", path, BODY if body is None else body, headers={"Idempotency-Key": key})


def replayed(response: HttpResponse) -> bool:
    return response.get("Idempotency-Replayed") == "true"


def test_the_same_key_and_body_get_the_first_answer_again(api: ApiClient) -> None:
    first, again = post(api), post(api)
    assert (again.status_code, again.content) == (first.status_code, first.content) == (201, first.content)
    for header in ("Location", "ETag", "Content-Type", "Cache-Control", "Vary"):
        assert again[header] == first[header]
    assert Todo.objects.count() == 1


def test_only_the_repetition_is_marked(api: ApiClient) -> None:
    first, again, third = post(api), post(api), post(api)
    assert "Idempotency-Replayed" not in first
    assert (replayed(again), replayed(third)) == (True, True)


def test_without_a_key_every_request_is_served(api: ApiClient) -> None:
    first, second = (api.send("POST", PATH, BODY) for _ in range(2))
    assert first["Location"] != second["Location"]
    assert not IdempotencyRecord.objects.exists()


def test_the_answer_is_repeated_after_the_todo_was_changed_and_deleted(api: ApiClient) -> None:
    first = post(api)
    api.send("PATCH", first["Location"], CHANGED)
    assert post(api).content == first.content
    api.send("DELETE", first["Location"])
    assert post(api).content == first.content
    assert not Todo.objects.exists()


@pytest.mark.parametrize("body", [OTHER, BODY | CHANGES[-1], json.dumps(SAMPLE).encode(), b"", b"{"], ids=str)
def test_the_same_key_with_another_body_is_422_and_makes_nothing(api: ApiClient, body: object) -> None:
    post(api)
    response = post(api, body=body)
    assert response.status_code == 422
    assert parsed(response)["type"] == "/docs/errors/idempotency-key-reused"
    assert Todo.objects.count() == 1
    assert replayed(post(api))


@pytest.mark.parametrize("key", ["!", "~", "x" * 255, '"8e03978e-40d5-43e8-bc93-6894a57f9324"', "a,b;c=d", "'--\\%_"])
def test_a_key_of_up_to_255_visible_ascii_characters_is_taken(api: ApiClient, key: str) -> None:
    assert [post(api, key).status_code, replayed(post(api, key))] == [201, True]


@pytest.mark.parametrize("key", ["", " ", "x" * 256, "a b", "a\tb", "ü", "\x7f", "\x00", "a\n", "ключ"])
def test_any_other_key_is_400_and_makes_nothing(api: ApiClient, key: str) -> None:
    response = post(api, key)
    assert response.status_code == 400
    assert "Idempotency-Key" in parsed(response)["detail"]
    assert not Todo.objects.exists()


def test_keys_differ_by_case_and_to_the_last_character(api: ApiClient) -> None:
    assert {post(api, key).status_code for key in ("key", "KEY", "key1", "x" * 254, "x" * 255)} == {201}
    assert Todo.objects.count() == 5


def test_a_key_belongs_to_its_user(api: ApiClient, other_api: ApiClient) -> None:
    mine, theirs = post(api), post(other_api)
    assert theirs.status_code == 201
    assert not replayed(theirs)
    assert mine["Location"] != theirs["Location"]


def test_a_key_belongs_to_its_path(api: ApiClient, user: User) -> None:
    first = post(api)
    IdempotencyRecord.objects.update(path="/others")
    assert post(api)["Location"] != first["Location"]
    assert set(IdempotencyRecord.objects.values_list("user", "path")) == {(user.pk, "/others"), (user.pk, PATH)}


def test_the_path_is_the_same_with_a_trailing_slash(api: ApiClient) -> None:
    first, again = post(api), post(api, path=f"{PATH}/")
    assert (again.content, replayed(again)) == (first.content, True)


def test_a_key_is_kept_for_24_hours(api: ApiClient) -> None:
    before = timezone.now()
    post(api)
    expires_at = IdempotencyRecord.objects.get().expires_at
    assert abs(expires_at - before - timedelta(hours=24)) < timedelta(minutes=1)


def test_an_expired_key_is_new_again_even_with_another_body(api: ApiClient) -> None:
    first = post(api)
    IdempotencyRecord.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    second = post(api, body=OTHER)
    assert (second.status_code, replayed(second)) == (201, False)
    assert first["Location"] != second["Location"]
    assert post(api, body=OTHER).content == second.content


@pytest.mark.parametrize("body", [SAMPLE | {TEXT: ""}, b"{", []], ids=str)
def test_a_refusal_is_not_kept(api: ApiClient, body: object) -> None:
    assert [post(api, body=body).status_code, post(api, body=body).status_code] == [400, 400]
    assert not IdempotencyRecord.objects.exists()
    assert post(api).status_code == 201


def test_a_wrong_media_type_is_not_kept(api: ApiClient) -> None:
    headers = {"Idempotency-Key": "a-key"}
    assert api.generic("POST", PATH, "text=x", content_type="text/plain", headers=headers).status_code == 415
    assert post(api).status_code == 201


def test_a_fault_of_ours_is_not_kept(api: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    create = Rows.create

    def broken(*arguments: Any) -> None:
        create(*arguments)
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(Rows, "create", broken)
        assert post(api).status_code == 500
    assert not Todo.objects.exists()
    again = post(api)
    assert (again.status_code, replayed(again)) == (201, False)
