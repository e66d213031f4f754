"""Complete, reopen and reassign: one UPDATE for all rows, by the rule that the API keeps, with a history."""

import threading
from datetime import UTC, datetime

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection, transaction
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from tests.admin.staff import TODOS, Staff
from tests.api.client import ApiClient
from tests.factories import TodoFactory, UserFactory
from todoproject.accounts.models import User
from todoproject.accounts.tokens import issue_access
from todos import bulk
from todos.admin import actions
from todos.models import Todo

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def many(owner: User, number: int) -> list[Todo]:
    return Todo.objects.bulk_create(Todo(owner=owner, title=f"Todo {n}") for n in range(number))


def completed(owner: User) -> Todo:
    return TodoFactory.create(owner=owner, completed=True, completed_at=NOON, updated_at=NOON)


# ── What an action changes ───────────────────────────────────────────────────────────────────────────────────────────
def test_completing_sets_what_the_api_sets(editor: Staff, owner: User) -> None:
    before = TodoFactory.create(owner=owner, updated_at=NOON)
    answer = editor.act("complete", [before])
    todo = Todo.objects.get()
    assert (todo.completed, todo.version) == (True, before.version + 1)
    assert todo.completed_at is not None
    assert todo.updated_at == todo.completed_at > NOON
    assert editor.told(answer) == ["1 todo completed."]


def test_reopening_clears_the_time_of_completion(editor: Staff, owner: User) -> None:
    before = completed(owner)
    editor.act("reopen", [before])
    todo = Todo.objects.get()
    assert (todo.completed, todo.completed_at, todo.version) == (False, None, before.version + 1)
    assert todo.updated_at > NOON


def test_todos_that_are_so_already_are_left_alone(editor: Staff, owner: User) -> None:
    done, open_one = completed(owner), TodoFactory.create(owner=owner)
    answer = editor.act("complete", [done, open_one])
    todo = Todo.objects.get(pk=done.pk)
    assert (todo.completed_at, todo.updated_at, todo.version) == (NOON, NOON, done.version)
    assert editor.told(answer) == ["1 todo completed. 1 todo left alone: already so."]
    assert [entry.object_id for entry in LogEntry.objects.all()] == [str(open_one.pk)]


@pytest.mark.parametrize("action", ["complete", "reopen"])
def test_an_etag_from_before_the_action_is_refused_by_the_api(editor: Staff, owner: User, action: str) -> None:
    todo = TodoFactory.create(owner=owner) if action == "complete" else completed(owner)
    api = ApiClient(issue_access(owner.pk))
    etag = api.send("GET", f"/todos/{todo.pk}")["ETag"]
    editor.act(action, [todo])
    answer = api.send("PATCH", f"/todos/{todo.pk}", {"title": "mine"}, headers={"If-Match": etag})
    assert answer.status_code == 412
    fresh = api.send("GET", f"/todos/{todo.pk}")["ETag"]
    assert api.send("PATCH", f"/todos/{todo.pk}", {"title": "x"}, headers={"If-Match": fresh}).status_code == 200


def test_reassigning_moves_todos_and_refuses_the_old_etag(editor: Staff, owner: User) -> None:
    todo, grace = TodoFactory.create(owner=owner), UserFactory.create(username="grace")
    ada_api, grace_api = ApiClient(issue_access(owner.pk)), ApiClient(issue_access(grace.pk))
    etag = ada_api.send("GET", f"/todos/{todo.pk}")["ETag"]
    answer = editor.confirm("reassign", [todo], 1, owner=str(grace.pk))
    assert editor.told(answer) == ["1 todo reassigned to grace."]
    assert ada_api.send("GET", f"/todos/{todo.pk}").status_code == 404
    refused = grace_api.send("PATCH", f"/todos/{todo.pk}", {"title": "x"}, headers={"If-Match": etag})
    assert refused.status_code == 412
    assert LogEntry.objects.get().change_message == "Reassigned from ada to grace."


def test_todos_are_not_reassigned_to_nobody_or_to_a_locked_user(editor: Staff, owner: User) -> None:
    todo, locked = TodoFactory.create(owner=owner), UserFactory.create(is_active=False)
    for new_owner in ("", "0", str(locked.pk), "x", "\0", "9" * 5000):
        page = editor.confirm("reassign", [todo], 1, owner=new_owner)
        assert page.status_code == 200
        assert b"errorlist" in page.content
    assert Todo.objects.get().owner == owner


# ── How it changes them ──────────────────────────────────────────────────────────────────────────────────────────────
def test_a_thousand_todos_are_one_update_and_one_insert_of_history(superuser: Staff, owner: User) -> None:
    many(owner, 1000)
    with CaptureQueriesContext(connection) as queries:
        superuser.confirm("complete", "all", 1000)
    statements = [query["sql"] for query in queries]
    assert sum(sql.startswith('UPDATE "todos_todo"') for sql in statements) == 1
    assert sum(sql.startswith('INSERT INTO "django_admin_log"') for sql in statements) == 1
    assert len(statements) <= 16
    assert Todo.objects.filter(completed=True, completed_at__isnull=False, version=2).count() == 1000
    entries = LogEntry.objects.filter(user=superuser.user, change_message="Completed, with 1,000 todos at once.")
    assert entries.count() == 1000


@pytest.mark.django_db(transaction=True)
def test_a_todo_that_a_request_completes_meanwhile_is_left_alone(owner: User) -> None:
    """The action waits for the row's lock and must look at the row again behind it."""
    todo = TodoFactory.create(owner=owner)
    changed: list[list[Todo]] = []

    def act() -> None:
        try:
            changed.append(bulk.todos_complete(Todo.objects.filter(completed=False)))
        finally:
            connection.close()

    thread = threading.Thread(target=act)
    with transaction.atomic():
        Todo.objects.filter(pk=todo.pk).update(completed=True, completed_at=NOON, version=7)
        thread.start()
        thread.join(timeout=0.5)  # it has found the row open, and waits for us
    thread.join(timeout=10)
    todo.refresh_from_db()
    assert changed == [[]]
    assert (todo.completed_at, todo.version) == (NOON, 7)


def test_nothing_is_changed_when_its_history_cannot_be_written(
    editor: Staff, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("todoproject.admin.history.write", broken)
    todo = TodoFactory.create(owner=owner)
    assert editor.act("complete", [todo]).status_code == 500
    assert not Todo.objects.get().completed


# ── When it asks ─────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_hundred_todos_are_changed_at_once_and_one_more_is_asked_about(editor: Staff, owner: User) -> None:
    many(owner, 100)
    assert editor.act("complete", "all").status_code == 302
    assert Todo.objects.filter(completed=True).count() == 100
    many(owner, 101)
    page = editor.act("complete", "all")
    assert page.status_code == 200
    text = page.content.decode()
    assert "101 todos will be completed. 100 todos more are so already and are left alone." in text
    assert Todo.objects.filter(completed=False).count() == 101


def test_more_todos_than_were_agreed_to_are_asked_about_again(editor: Staff, owner: User) -> None:
    many(owner, 150)
    page = editor.confirm("complete", "all", 149)
    assert "150 todos will be completed" in page.content.decode()
    assert not Todo.objects.filter(completed=True).exists()
    assert editor.confirm("complete", "all", 150).status_code == 302
    assert not Todo.objects.filter(completed=False).exists()


def test_agreeing_to_a_number_without_end_is_no_agreement(editor: Staff, owner: User) -> None:
    many(owner, 101)
    data = {"action": "complete", "_selected_action": "0", "select_across": "1", "confirmed": "9" * 5000}
    assert "101 todos will be completed" in editor.post(TODOS, data).content.decode()
    assert not Todo.objects.filter(completed=True).exists()


@pytest.mark.parametrize("path", [TODOS, "/admin/accounts/user/", "/admin/accounts/refreshfamily/"])
@pytest.mark.parametrize("key", ["x", "", "\0", "1.5", "9" * 5000])
def test_a_selected_row_that_can_be_none_is_a_400(superuser: Staff, owner: User, path: str, key: str) -> None:
    todo = TodoFactory.create(owner=owner)
    action = {TODOS: "complete", "/admin/accounts/user/": "lock"}.get(path, "revoke")
    data = {"action": action, "_selected_action": [key, str(todo.pk)], "index": "0"}
    assert superuser.post(path, data).status_code == 400
    assert not Todo.objects.filter(completed=True).exists()


def test_all_pages_means_those_that_the_filters_show(editor: Staff, owner: User) -> None:
    other = UserFactory.create()
    many(owner, 120)
    many(other, 5)
    path = f"{TODOS}?owner__id__exact={owner.pk}"
    page = editor.act("complete", "all", path=path).content.decode()
    assert page.count('name="_selected_action"') == 1, "a field for each row would be too many for Django"
    editor.confirm("complete", "all", 120, path=path)
    assert set(Todo.objects.filter(completed=False).values_list("owner", flat=True)) == {other.pk}
    assert Todo.objects.filter(completed=True).count() == 120


def test_more_than_the_database_can_change_in_time_are_refused(
    editor: Staff, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "MOST_AT_ONCE", 10)
    many(owner, 11)
    for action in ("complete", "reassign"):
        assert "too many at once: narrow the list to 10" in editor.told(editor.act(action, "all"))[-1]
    assert not Todo.objects.filter(completed=True).exists()


# ── Who may ──────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("action", ["complete", "reopen", "reassign"])
def test_a_reader_can_run_no_action(reader: Staff, owner: User, action: str) -> None:
    todos: QuerySet[Todo] = Todo.objects.filter(pk__in=[TodoFactory.create(owner=owner).pk, completed(owner).pk])
    before = list(todos.order_by("pk").values())
    reader.act(action, todos)
    reader.confirm(action, todos, 2, owner=str(UserFactory.create().pk))
    assert list(todos.order_by("pk").values()) == before
    assert not LogEntry.objects.exists()


def test_nobody_deletes_todos_by_the_hundred(superuser: Staff, owner: User, settings: Settings) -> None:
    many(owner, 3)
    superuser.act("delete_selected", "all", post="yes")
    assert Todo.objects.count() == 3
