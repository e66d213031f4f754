"""todos/resource.toml, by which tools outside of todos/ know the resource, is true of the service."""

from typing import Any

from django.urls import reverse

from local.resource import RESOURCE
from tests.api.client import ApiClient, parsed
from todoproject.accounts.models import User
from todos.models import Todo


def made(api: ApiClient) -> dict[str, Any]:
    answer = api.send("POST", RESOURCE.path, RESOURCE.example)
    assert answer.status_code == 201, f"POST does not take [example]: {answer.content!r}"
    row: dict[str, Any] = parsed(answer)
    return row


def test_it_names_the_collection_and_the_table() -> None:
    assert (RESOURCE.path, RESOURCE.table) == (reverse("todos"), Todo._meta.db_table)


def test_an_example_can_be_made_again_and_again(api: ApiClient) -> None:
    assert made(api)["id"] != made(api)["id"]


def test_what_the_example_says_is_what_is_kept(api: ApiClient) -> None:
    assert RESOURCE.example.items() <= made(api).items()


def test_the_change_changes_an_example(api: ApiClient) -> None:
    before = made(api)
    answer = api.send("PATCH", f"{RESOURCE.path}/{before['id']}", RESOURCE.change)
    assert answer.status_code == 200, f"PATCH does not take [change]: {answer.content!r}"
    assert parsed(answer).items() >= RESOURCE.change.items()
    assert {name: before[name] for name in RESOURCE.change} != RESOURCE.change


def test_the_list_takes_a_limit_as_every_reader_of_it_sends(api: ApiClient, user: User) -> None:
    made(api), made(api)
    assert len(parsed(api.send("GET", f"{RESOURCE.path}?limit=1"))) == 1
