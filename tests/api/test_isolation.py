"""Nobody sees or touches what belongs to somebody else, and a deleted user writes nothing."""

from urllib.parse import urlencode

import pytest

from tests.api.client import ApiClient, parsed
from tests.factories import TodoFactory
from tests.sample import CHANGED, FINDING, FOUND, PATH, SORT_KEYS
from todoproject.accounts.models import User
from todoproject.idempotency.models import IdempotencyRecord
from todos.models import Todo

VERBS = ("GET", "HEAD", "PUT", "PATCH", "DELETE")
WRITES = [("POST", PATH), ("PUT", f"{PATH}/1"), ("PATCH", f"{PATH}/1"), ("DELETE", f"{PATH}/1"), ("DELETE", PATH)]


def rows() -> list[tuple[object, ...]]:
    return list(Todo.objects.order_by("pk").values_list())


@pytest.mark.parametrize("headers", [{}, {"If-Match": "*"}, {"If-Match": '"1"'}, {"If-None-Match": "*"}], ids=str)
@pytest.mark.parametrize("verb", VERBS)
def test_a_todo_of_another_owner_is_404_and_untouched(
    api: ApiClient, other_user: User, verb: str, headers: dict[str, str]
) -> None:
    todo = TodoFactory.create(owner=other_user)
    before = rows()
    assert api.send(verb, f"{PATH}/{todo.pk}", CHANGED, headers=headers).status_code == 404
    assert rows() == before


@pytest.mark.parametrize("verb", ["GET", "PUT", "PATCH", "DELETE"])
def test_a_todo_of_another_owner_looks_like_one_that_is_not_there(api: ApiClient, other_user: User, verb: str) -> None:
    todo = TodoFactory.create(owner=other_user)
    theirs, missing = (parsed(api.send(verb, f"{PATH}/{number}", CHANGED)) for number in (todo.pk, todo.pk + 1))
    own_words = ("instance", "request_id")
    assert {name: value for name, value in theirs.items() if name not in own_words} == {
        name: value for name, value in missing.items() if name not in own_words
    }


@pytest.mark.parametrize(
    "query",
    [{}, {"ordering": SORT_KEYS[-1], "limit": "1"}, *({name: value} for name, value in FINDING.items())],
    ids=str,
)
def test_a_list_holds_only_what_is_the_callers(
    api: ApiClient, other_api: ApiClient, other_user: User, query: dict[str, str]
) -> None:
    TodoFactory.create_batch(2, owner=other_user, **FOUND)
    theirs, response = (caller.send("GET", f"{PATH}?{urlencode(query)}") for caller in (other_api, api))
    assert parsed(theirs)
    assert parsed(response) == []
    assert "Link" not in response


def test_deleting_all_todos_leaves_those_of_others(api: ApiClient, user: User, other_user: User) -> None:
    mine, theirs = TodoFactory.create(owner=user), TodoFactory.create(owner=other_user)
    assert api.send("DELETE", PATH).status_code == 204
    assert list(Todo.objects.values_list("pk", flat=True)) == [theirs.pk]
    assert mine.pk != theirs.pk


@pytest.mark.parametrize(("method", "path"), [("POST", PATH), ("PUT", f"{PATH}/1"), ("PATCH", f"{PATH}/1")])
def test_an_owner_in_the_body_is_ignored(api: ApiClient, user: User, other_user: User, method: str, path: str) -> None:
    TodoFactory.create(id=1, owner=user)
    body = CHANGED | {"owner": other_user.pk, "owner_id": other_user.pk}
    assert api.send(method, path, body).status_code in {200, 201}
    assert set(Todo.objects.values_list("owner_id", flat=True)) == {user.pk}


@pytest.mark.parametrize(("method", "path"), [*WRITES, ("GET", PATH), ("GET", f"{PATH}/1"), ("HEAD", PATH)])
@pytest.mark.parametrize("authorization", ["", "Bearer x.y.z", "Basic dXNlcjpwYXNz"])
def test_nobody_gets_in_without_a_valid_token(
    anonymous: ApiClient, other_user: User, method: str, path: str, authorization: str
) -> None:
    TodoFactory.create(id=1, owner=other_user)
    before = rows()
    response = anonymous.send(method, path, CHANGED, headers={"Authorization": authorization} if authorization else {})
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Bearer")
    assert rows() == before


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("key", [{}, {"Idempotency-Key": "k"}], ids=["without a key", "with a key"])
@pytest.mark.parametrize(("method", "path"), WRITES)
def test_a_write_with_the_token_of_a_deleted_user_is_401(
    api: ApiClient, user: User, method: str, path: str, key: dict[str, str]
) -> None:
    user.delete()
    response = api.send(method, path, CHANGED, headers=key)
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Bearer")
    assert parsed(response)["type"] == "/docs/errors/not-authenticated"
    assert not Todo.objects.exists()
    assert not IdempotencyRecord.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("condition", ["*", '"1"', "nonsense"])
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_a_conditional_write_with_the_token_of_a_deleted_user_is_401(
    api: ApiClient, user: User, method: str, condition: str
) -> None:
    user.delete()
    assert api.send(method, f"{PATH}/1", CHANGED, headers={"If-Match": condition}).status_code == 401


@pytest.mark.django_db(transaction=True)
def test_the_todos_of_a_deleted_user_go_with_him_and_no_others(user: User, other_user: User) -> None:
    TodoFactory.create_batch(2, owner=user)
    theirs = TodoFactory.create(owner=other_user)
    user.delete()
    assert list(Todo.objects.values_list("pk", flat=True)) == [theirs.pk]
