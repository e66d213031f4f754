"""One todo saved in the admin: the same rule as in the API, and no change of somebody else's is lost."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.admin.staff import TODOS, Staff, change_page
from tests.api.client import ApiClient
from tests.factories import TodoFactory, UserFactory
from todoproject.accounts.models import User
from todoproject.accounts.tokens import issue_access
from todos.models import Todo


@pytest.fixture
def todo(owner: User) -> Todo:
    return TodoFactory.create(owner=owner, title="Water the plants")


def save(staff: Staff, todo: Todo, **changes: Any) -> Any:
    """Send the form as it was when `todo` was read, with `changes`; None leaves a field out."""
    form = {
        "title": todo.title,
        "description": todo.description,
        "owner": todo.owner_id,
        "due_at_0": "",
        "due_at_1": "",
        "order": "",
        "seen_version": todo.version,
        **({"completed": "on"} if todo.completed else {}),
        **changes,
    }
    path = change_page("todos_todo", todo.pk)
    return staff.post(path, {name: value for name, value in form.items() if value is not None})


def test_completing_in_the_form_sets_what_the_api_sets(editor: Staff, todo: Todo) -> None:
    assert save(editor, todo, completed="on").status_code == 302
    saved = Todo.objects.get()
    assert saved.completed_at is not None
    assert (saved.completed, saved.version, saved.updated_at) == (True, 2, saved.completed_at)
    assert save(editor, saved, completed=None).status_code == 302
    reopened = Todo.objects.get()
    assert (reopened.completed, reopened.completed_at, reopened.version) == (False, None, 3)


def test_an_etag_from_before_the_save_is_refused_by_the_api(editor: Staff, todo: Todo, owner: User) -> None:
    api = ApiClient(issue_access(owner.pk))
    etag = api.send("GET", f"/todos/{todo.pk}")["ETag"]
    save(editor, todo, title="Water the plants twice")
    answer = api.send("PUT", f"/todos/{todo.pk}", {"title": "x"}, headers={"If-Match": etag})
    assert answer.status_code == 412


def test_saving_without_a_change_changes_nothing(editor: Staff, todo: Todo) -> None:
    before = Todo.objects.values().get()
    assert save(editor, todo).status_code == 302
    assert Todo.objects.values().get() == before
    assert not LogEntry.objects.exists()


def test_a_form_that_is_older_than_somebodys_change_is_refused(editor: Staff, todo: Todo, owner: User) -> None:
    ApiClient(issue_access(owner.pk)).send("PATCH", f"/todos/{todo.pk}", {"title": "theirs"})
    page = save(editor, todo, description="mine")
    assert page.status_code == 200
    assert "Somebody has changed this todo since you opened it" in page.content.decode()
    assert (Todo.objects.get().title, Todo.objects.get().description) == ("theirs", "")


def test_the_row_is_locked_between_reading_and_writing(editor: Staff, todo: Todo) -> None:
    with CaptureQueriesContext(connection) as queries:
        save(editor, todo, title="x")
    assert any('FOR UPDATE OF "todos_todo"' in query["sql"] for query in queries)


def test_a_new_owner_gets_the_todo_with_all_other_changes(editor: Staff, todo: Todo) -> None:
    grace = UserFactory.create(username="grace")
    save(editor, todo, owner=grace.pk, title="Feed the cat", completed="on")
    saved = Todo.objects.get()
    assert (saved.owner, saved.title, saved.completed) == (grace, "Feed the cat", True)
    assert saved.version > todo.version


def test_a_todo_can_be_added_completed(editor: Staff, owner: User) -> None:
    form = {"title": "Done already", "description": "", "owner": owner.pk, "completed": "on", "order": "3"}
    assert editor.post(f"{TODOS}add/", {**form, "due_at_0": "2026-12-01", "due_at_1": "09:00"}).status_code == 302
    todo = Todo.objects.get()
    assert (todo.title, todo.order, todo.version, todo.owner) == ("Done already", 3, 1, owner)
    assert todo.completed_at == todo.created_at
    assert LogEntry.objects.get().object_id == str(todo.pk)


@pytest.mark.parametrize("key", ["x", "\0", "9" * 5000])
def test_an_owner_that_can_be_none_is_an_error_in_the_form(editor: Staff, key: str) -> None:
    page = editor.post(f"{TODOS}add/", {"title": "a", "owner": key})
    assert page.status_code == 200
    assert "errorlist" in page.content.decode()


@pytest.mark.parametrize("query", ["owner=x", "due_at=%00", "due_at=2026-12-01", "title=x"])
def test_no_address_fills_in_a_new_form(editor: Staff, query: str) -> None:
    assert '<input type="text" name="title" class="vTextField" maxlength="200" required' in editor.see(
        f"{TODOS}add/?{query}"
    )


@pytest.mark.django_db(transaction=True)  # outside of one no row can be locked
def test_the_history_can_be_sent_a_form_too(superuser: Staff, owner: User) -> None:
    todo = TodoFactory.create(owner=owner)
    assert superuser.post(f"{TODOS}{todo.pk}/history/", {"a": "1"}).status_code == 200
    assert save(superuser, todo, title="x").status_code == 302


def test_the_constraints_of_the_api_hold_in_the_form(editor: Staff, todo: Todo) -> None:
    for changes in ({"title": "   "}, {"title": "x" * 201}, {"description": "x" * 10_001}, {"order": str(2**31)}):
        page = save(editor, todo, **changes)
        assert page.status_code == 200
        assert "errorlist" in page.content.decode()


# ── History ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_history_says_who_changed_what_from_what_to_what(editor: Staff, todo: Todo) -> None:
    grace = UserFactory.create(username="grace")
    save(
        editor,
        todo,
        title="Water it",
        completed="on",
        owner=grace.pk,
        due_at_0="2026-12-01",
        due_at_1="09:00",
        description="x" * 99,
    )
    entry = LogEntry.objects.get()
    assert entry.user == editor.user
    assert entry.get_change_message() == (
        f'Title: "Water the plants" → "Water it". Description: nothing → "{"x" * 59}…". Owner: "ada" → "grace". '
        "Completed: no → yes. Due at: nothing → 2026-12-01 09:00."
    )
    page = editor.see(f"{TODOS}{todo.pk}/history/")
    assert "Water it" in page
    assert "edith" in page


def test_a_reader_cannot_save(reader: Staff, todo: Todo) -> None:
    assert save(reader, todo, title="x").status_code == 403
    assert reader.post(f"{TODOS}add/", {"title": "x"}).status_code == 403
    assert reader.post(f"{TODOS}{todo.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Todo.objects.get().title == todo.title
