"""A POST with an Idempotency-Key is served once for 24 hours, however often it is sent."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.utils import timezone

from tests.api.client import ApiClient, parsed
from tests.api.threads import HeldCreation, threads, wait_until_blocked
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
    first, again, third = post(api, body), post(api, body), post(api, body)
    assert (again.status_code, again.content) == (first.status_code, first.content) == (201, first.content)
    assert "Idempotency-Replayed" not in first
    assert (replayed(again), replayed(third)) == (True, True)
    for header in ("Location", "ETag", "Content-Type", "Cache-Control", "Vary"):
        assert again[header] == first[header]
    assert api.rows.count() == 1
    assert not replayed(api.send("POST", api.path, api.sample())), "without a key every request is served"
    assert api.rows.count() == 2


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


def test_a_key_of_up_to_255_visible_ascii_characters_is_taken(api: ApiClient, body: dict[str, Any]) -> None:
    for key in ("!", "~", "x" * 255, '"8e03978e-40d5-43e8-bc93-6894a57f9324"', "a,b;c=d", "'--\\%_"):
        assert [post(api, body, key).status_code, replayed(post(api, body, key))] == [201, True], key
    answers = [post(api, api.sample(), key) for key in ("key", "KEY", "key1", "x" * 254)]
    assert [(answer.status_code, replayed(answer)) for answer in answers] == [(201, False)] * 4, (
        "they differ to the last"
    )


def test_any_other_key_is_400_and_makes_nothing(api: ApiClient, body: dict[str, Any]) -> None:
    for key in ("", " ", "x" * 256, "a b", "a\tb", "ü", "\x7f", "\x00", "a\n", "ключ"):
        response = post(api, body, key)
        assert response.status_code == 400, key
        assert "Idempotency-Key" in parsed(response)["detail"]
    assert not api.rows.exists()


@every
def test_a_key_belongs_to_its_user(api: ApiClient, other_api: ApiClient, body: dict[str, Any]) -> None:
    mine, theirs = post(api, body), post(other_api, other_api.sample())
    assert theirs.status_code == 201
    assert not replayed(theirs)
    assert mine["Location"] != theirs["Location"]


def test_a_key_belongs_to_its_path(api: ApiClient, user: User, body: dict[str, Any]) -> None:
    first = post(api, body)
    assert replayed(post(api, body, path=f"{api.path}/")), "with a slash it is the same"
    IdempotencyRecord.objects.update(path="/others")
    assert post(api, body)["Location"] != first["Location"]
    assert set(IdempotencyRecord.objects.values_list("user", "path")) == {(user.pk, "/others"), (user.pk, api.path)}


def test_after_24_hours_a_key_is_new_again_even_with_another_body(api: ApiClient, body: dict[str, Any]) -> None:
    other, before = api.sample(1), timezone.now()
    first = post(api, body)
    kept = IdempotencyRecord.objects.get().expires_at - before
    assert abs(kept - timedelta(hours=24)) < timedelta(minutes=1)
    IdempotencyRecord.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    second = post(api, other)
    assert (second.status_code, replayed(second)) == (201, False)
    assert first["Location"] != second["Location"]
    assert post(api, other).content == second.content


@every
def test_a_refusal_is_not_kept(api: ApiClient, body: dict[str, Any]) -> None:
    bodies: list[object] = [{}, b"{", []]
    for refused in bodies:
        assert [post(api, refused).status_code, post(api, refused).status_code] == [400, 400]
    headers = {"Idempotency-Key": "a-key"}
    assert api.generic("POST", api.path, "text=x", content_type="text/plain", headers=headers).status_code == 415
    assert not IdempotencyRecord.objects.exists()
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


# ── Two at the same moment, over connections of their own ────────────────────────────────────────────────────────────
@pytest.fixture
def creation(monkeypatch: pytest.MonkeyPatch) -> HeldCreation:
    return HeldCreation(monkeypatch)


@pytest.mark.django_db(transaction=True)
def test_a_duplicate_in_flight_waits_and_gets_the_first_answer(
    api: ApiClient, body: dict[str, Any], creation: HeldCreation
) -> None:
    other_body = api.sample(1)
    with threads() as pool:
        first = pool.start(lambda: post(api, body))
        assert creation.reached.wait(10)
        other = pool.start(lambda: post(api, other_body))
        others = [pool.start(lambda: post(api, body)) for _ in range(3)]
        wait_until_blocked(len(others) + 1)
        creation.release.set()
        answers = [first.result(), *(other.result() for other in others)]
        assert other.result().status_code == 422
    assert [(answer.status_code, answer.content) for answer in answers] == [(201, answers[0].content)] * 4
    assert [replayed(answer) for answer in answers] == [False, True, True, True]
    assert api.rows.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_wait_for_a_duplicate_ends_with_409_and_when_to_come_back(
    api: ApiClient, body: dict[str, Any], creation: HeldCreation
) -> None:
    with threads() as pool:
        first = pool.start(lambda: post(api, body))
        assert creation.reached.wait(10)
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '100ms'")
        try:
            impatient = post(api, body)
        finally:
            creation.release.set()
            connection.close()
        assert first.result().status_code == 201
    assert impatient.status_code == 409
    assert int(impatient["Retry-After"]) >= 1
    assert parsed(impatient)["type"] == "/docs/errors/conflict"
    assert (post(api, body).content, api.rows.count()) == (first.result().content, 1)


@pytest.mark.django_db(transaction=True)
def test_when_the_first_of_two_fails_the_second_is_served(
    api: ApiClient, body: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    creation = HeldCreation(monkeypatch, then_fail_once=True)
    with threads() as pool:
        first = pool.start(lambda: post(api, body))
        assert creation.reached.wait(10)
        second = pool.start(lambda: post(api, body))
        wait_until_blocked(1)
        creation.release.set()
        assert [first.result().status_code, second.result().status_code] == [500, 201]
    assert not replayed(second.result())
    assert api.rows.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("key", "by_the_other"), [("another-key", False), ("a-key", True)])
def test_another_key_and_the_key_of_another_user_do_not_wait(
    api: ApiClient, other_api: ApiClient, body: dict[str, Any], creation: HeldCreation, key: str, *, by_the_other: bool
) -> None:
    with threads() as pool:
        first = pool.start(lambda: post(api, body))
        assert creation.reached.wait(10)
        creation.reached.clear()
        second = pool.start(lambda: post(other_api if by_the_other else api, body, key))
        assert creation.reached.wait(10)
        creation.release.set()
        assert first.result()["Location"] != second.result()["Location"]
