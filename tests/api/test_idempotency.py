"""A POST with an Idempotency-Key is served once for 24 hours, however often it is sent."""

from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.utils import timezone

from tests.api.client import ApiClient, parsed
from tests.sample import every
from todoproject.accounts.models import User
from todoproject.api.rows import Rows
from todoproject.idempotency.models import IdempotencyRecord


@pytest.fixture
def body(api: ApiClient) -> dict[str, Any]:
    text = api.subject.text
    return api.sample() | {text: "Ünïcode 🐘"[: api.subject.members[text].max_length]}


def post(api: ApiClient, body: object, key: str = "a-key", *, path: str = "") -> HttpResponse:
    return api.send("POST", path or api.path, body, headers={"Idempotency-Key": key})


def replayed(response: HttpResponse) -> bool:
    return response.get("Idempotency-Replayed") == "true"


@every
def test_the_same_key_and_body_get_the_first_answer_again(api: ApiClient, body: dict[str, Any]) -> None:
    first, again = post(api, body), post(api, body)
    assert (again.status_code, again.content) == (first.status_code, first.content) == (201, first.content)
    for header in ("Location", "ETag", "Content-Type", "Cache-Control", "Vary"):
        assert again[header] == first[header]
    assert api.rows.count() == 1


def test_only_the_repetition_is_marked(api: ApiClient, body: dict[str, Any]) -> None:
    first, again, third = post(api, body), post(api, body), post(api, body)
    assert "Idempotency-Replayed" not in first
    assert (replayed(again), replayed(third)) == (True, True)


def test_without_a_key_every_request_is_served(api: ApiClient, body: dict[str, Any]) -> None:
    first, second = (api.send("POST", api.path, api.sample()) for _ in range(2))
    assert first["Location"] != second["Location"]
    assert not IdempotencyRecord.objects.exists()


@every
def test_the_answer_is_repeated_after_the_row_was_changed_and_deleted(api: ApiClient, body: dict[str, Any]) -> None:
    first = post(api, body)
    api.send("PATCH", first["Location"], api.full())
    assert post(api, body).content == first.content
    api.send("DELETE", first["Location"])
    assert post(api, body).content == first.content
    assert not api.rows.exists()


@pytest.mark.parametrize("other", [{}, {"title": 1}, b"", b"{"], ids=str)
def test_the_same_key_with_another_body_is_422_and_makes_nothing(
    api: ApiClient, body: dict[str, Any], other: object
) -> None:
    post(api, body)
    response = post(api, body | other if isinstance(other, dict) and other else other)
    assert response.status_code == 422
    assert parsed(response)["type"] == "/docs/errors/idempotency-key-reused"
    assert api.rows.count() == 1
    assert replayed(post(api, body))


@pytest.mark.parametrize("key", ["!", "~", "x" * 255, '"8e03978e-40d5-43e8-bc93-6894a57f9324"', "a,b;c=d", "'--\\%_"])
def test_a_key_of_up_to_255_visible_ascii_characters_is_taken(api: ApiClient, body: dict[str, Any], key: str) -> None:
    assert [post(api, body, key).status_code, replayed(post(api, body, key))] == [201, True]


@pytest.mark.parametrize("key", ["", " ", "x" * 256, "a b", "a\tb", "ü", "\x7f", "\x00", "a\n", "ключ"])
def test_any_other_key_is_400_and_makes_nothing(api: ApiClient, body: dict[str, Any], key: str) -> None:
    response = post(api, body, key)
    assert response.status_code == 400
    assert "Idempotency-Key" in parsed(response)["detail"]
    assert not api.rows.exists()


def test_keys_differ_by_case_and_to_the_last_character(api: ApiClient, body: dict[str, Any]) -> None:
    assert {post(api, api.sample(), key).status_code for key in ("key", "KEY", "key1", "x" * 254, "x" * 255)} == {201}
    assert api.rows.count() == 5


@every
def test_a_key_belongs_to_its_user(api: ApiClient, other_api: ApiClient, body: dict[str, Any]) -> None:
    mine, theirs = post(api, body), post(other_api, other_api.sample())
    assert theirs.status_code == 201
    assert not replayed(theirs)
    assert mine["Location"] != theirs["Location"]


def test_a_key_belongs_to_its_path(api: ApiClient, user: User, body: dict[str, Any]) -> None:
    first = post(api, body)
    IdempotencyRecord.objects.update(path="/others")
    assert post(api, body)["Location"] != first["Location"]
    assert set(IdempotencyRecord.objects.values_list("user", "path")) == {(user.pk, "/others"), (user.pk, api.path)}


def test_the_path_is_the_same_with_a_trailing_slash(api: ApiClient, body: dict[str, Any]) -> None:
    first, again = post(api, body), post(api, body, path=f"{api.path}/")
    assert (again.content, replayed(again)) == (first.content, True)


def test_a_key_is_kept_for_24_hours(api: ApiClient, body: dict[str, Any]) -> None:
    before = timezone.now()
    post(api, body)
    expires_at = IdempotencyRecord.objects.get().expires_at
    assert abs(expires_at - before - timedelta(hours=24)) < timedelta(minutes=1)


def test_an_expired_key_is_new_again_even_with_another_body(api: ApiClient, body: dict[str, Any]) -> None:
    other = api.sample(1)
    first = post(api, body)
    IdempotencyRecord.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    second = post(api, other)
    assert (second.status_code, replayed(second)) == (201, False)
    assert first["Location"] != second["Location"]
    assert post(api, other).content == second.content


@every
@pytest.mark.parametrize("refused", [{}, b"{", []], ids=str)
def test_a_refusal_is_not_kept(api: ApiClient, body: dict[str, Any], refused: object) -> None:
    assert [post(api, refused).status_code, post(api, refused).status_code] == [400, 400]
    assert not IdempotencyRecord.objects.exists()
    assert post(api, body).status_code == 201


def test_a_wrong_media_type_is_not_kept(api: ApiClient, body: dict[str, Any]) -> None:
    headers = {"Idempotency-Key": "a-key"}
    assert api.generic("POST", api.path, "text=x", content_type="text/plain", headers=headers).status_code == 415
    assert post(api, body).status_code == 201


@every
def test_a_fault_of_ours_is_not_kept(api: ApiClient, body: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    create = Rows.create

    def broken(*arguments: Any) -> None:
        create(*arguments)
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(Rows, "create", broken)
        assert post(api, body).status_code == 500
    assert not api.rows.exists()
    again = post(api, body)
    assert (again.status_code, replayed(again)) == (201, False)
