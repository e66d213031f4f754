"""Two requests with one Idempotency-Key at the same moment, over connections of their own."""

import pytest
from django.db import connection
from django.http import HttpResponse

from tests.api.client import ApiClient, parsed
from tests.api.threads import HeldCreation, threads, wait_until_blocked


def post(api: ApiClient, key: str = "a-key", number: int = 0) -> HttpResponse:
    return api.send("POST", api.path, api.sample(number), headers={"Idempotency-Key": key})


def replayed(response: HttpResponse) -> bool:
    return response.get("Idempotency-Replayed") == "true"


@pytest.mark.django_db(transaction=True)
def test_a_duplicate_in_flight_waits_and_gets_the_first_answer(api: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    creation = HeldCreation(monkeypatch)
    with threads() as pool:
        first = pool.start(lambda: post(api))
        assert creation.reached.wait(10)
        others = [pool.start(lambda: post(api)) for _ in range(3)]
        wait_until_blocked(len(others))
        creation.release.set()
        answers = [first.result(), *(other.result() for other in others)]
    assert [(answer.status_code, answer.content) for answer in answers] == [(201, answers[0].content)] * 4
    assert [replayed(answer) for answer in answers] == [False, True, True, True]
    assert api.rows.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_duplicate_with_another_body_waits_and_is_refused(api: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    creation = HeldCreation(monkeypatch)
    with threads() as pool:
        first = pool.start(lambda: post(api))
        assert creation.reached.wait(10)
        other = pool.start(lambda: post(api, number=1))
        wait_until_blocked(1)
        creation.release.set()
        assert [first.result().status_code, other.result().status_code] == [201, 422]


@pytest.mark.django_db(transaction=True)
def test_the_wait_for_a_duplicate_ends_with_409_and_when_to_come_back(
    api: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    creation = HeldCreation(monkeypatch)
    with threads() as pool:
        first = pool.start(lambda: post(api))
        assert creation.reached.wait(10)
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '100ms'")
        try:
            impatient = post(api)
        finally:
            creation.release.set()
            connection.close()
        assert first.result().status_code == 201
    assert impatient.status_code == 409
    assert int(impatient["Retry-After"]) >= 1
    assert parsed(impatient)["type"] == "/docs/errors/conflict"
    assert (post(api).content, api.rows.count()) == (first.result().content, 1)


@pytest.mark.django_db(transaction=True)
def test_when_the_first_of_two_fails_the_second_is_served(api: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    creation = HeldCreation(monkeypatch, then_fail_once=True)
    with threads() as pool:
        first = pool.start(lambda: post(api))
        assert creation.reached.wait(10)
        second = pool.start(lambda: post(api))
        wait_until_blocked(1)
        creation.release.set()
        assert [first.result().status_code, second.result().status_code] == [500, 201]
    assert not replayed(second.result())
    assert api.rows.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("key", "by_the_other"), [("another-key", False), ("a-key", True)])
def test_another_key_and_the_key_of_another_user_do_not_wait(
    api: ApiClient, other_api: ApiClient, monkeypatch: pytest.MonkeyPatch, key: str, *, by_the_other: bool
) -> None:
    creation = HeldCreation(monkeypatch)
    with threads() as pool:
        first = pool.start(lambda: post(api))
        assert creation.reached.wait(10)
        creation.reached.clear()
        second = pool.start(lambda: post(other_api if by_the_other else api, key))
        assert creation.reached.wait(10)
        creation.release.set()
        assert first.result()["Location"] != second.result()["Location"]
