"""Todos in the admin, where they are more than their fields: states, tiles, complete and reopen, what the API sees."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.utils import timezone

from tests.admin.resources import form_at, make_many
from tests.admin.staff import TODOS, Staff, change_page, tiles
from tests.api.client import ApiClient
from tests.factories import UserFactory
from tests.todos.factories import TodoFactory
from todoproject.accounts.models import User
from todoproject.accounts.tokens import issue_access
from todos.models import Todo

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def completed(owner: User) -> Todo:
    row: Todo = TodoFactory.create(owner=owner, completed=True, completed_at=NOON, updated_at=NOON)
    return row


def save(staff: Staff, todo: Todo, **changes: str | None) -> None:
    path = change_page("todos_todo", todo.pk)
    form = form_at(staff, path) | changes
    assert staff.post(path, {name: value for name, value in form.items() if value is not None}).status_code == 302


# ── States ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_state_is_shown_and_finds_its_todos(reader: Staff, owner: User) -> None:
    past = timezone.now() - timedelta(hours=1)
    TodoFactory.create(owner=owner, title="open")
    TodoFactory.create(owner=owner, title="late", due_at=past)
    TodoFactory.create(owner=owner, title="done", completed=True, completed_at=past, due_at=past)
    every = {"open", "late", "done"}
    for state, found in {"open": {"open", "late"}, "overdue": {"late"}, "completed": {"done"}, "other": every}.items():
        page = reader.see(TODOS, state=state)
        assert {title for title in every if f">{title}</a>" in page} == found, state
    assert [page.count(f'<td class="field-state">{text}</td>') for text in ("completed", "open")] == [1, 1]
    assert page.count('<td class="field-state"><span class="alarming">overdue</span></td>') == 1


def test_open_and_overdue_todos_are_counted_on_the_start_page(superuser: Staff, owner: User) -> None:
    past = timezone.now() - timedelta(minutes=1)
    TodoFactory.create(owner=owner, due_at=past)
    TodoFactory.create(owner=owner, due_at=timezone.now() + timedelta(minutes=1))
    TodoFactory.create(owner=owner, completed=True, completed_at=past, due_at=past)
    shown = tiles(superuser.see("/admin/"))
    assert (shown["open todos"].number, shown["overdue"].number, shown["overdue"].alarming) == ("2", "1", True)
    assert shown["overdue"].address == f"{TODOS}?state=overdue"


# ── Complete and reopen ──────────────────────────────────────────────────────────────────────────────────────────────
def test_completing_and_reopening_set_what_the_api_sets(editor: Staff, owner: User) -> None:
    before = TodoFactory.create(owner=owner, updated_at=NOON)
    answer = editor.act("complete", [before])
    todo = Todo.objects.get()
    assert todo.completed_at is not None
    assert (todo.completed, todo.version, todo.updated_at) == (True, before.version + 1, todo.completed_at)
    assert editor.told(answer) == ["1 todo completed."]
    assert LogEntry.objects.get().change_message == "Completed, with 1 todo at once."
    editor.act("reopen", [before])
    reopened = Todo.objects.get()
    assert (reopened.completed, reopened.completed_at, reopened.version) == (False, None, before.version + 2)
    assert reopened.updated_at > todo.updated_at


def test_todos_that_are_so_already_are_left_alone(editor: Staff, owner: User) -> None:
    done, open_one = completed(owner), TodoFactory.create(owner=owner)
    answer = editor.act("complete", [done, open_one])
    todo = Todo.objects.get(pk=done.pk)
    assert (todo.completed_at, todo.updated_at, todo.version) == (NOON, NOON, done.version)
    assert editor.told(answer) == ["1 todo completed. 1 todo unchanged: already so."]
    assert [entry.object_id for entry in LogEntry.objects.all()] == [str(open_one.pk)]


def test_a_hundred_todos_are_changed_at_once_and_one_more_is_asked_about(editor: Staff) -> None:
    make_many(Todo, 100)
    assert editor.act("complete", "all").status_code == 302
    assert Todo.objects.filter(completed=True).count() == 100
    make_many(Todo, 101)
    page = editor.act("complete", "all")
    assert page.status_code == 200
    text = page.content.decode()
    assert "101 todos will be completed. 100 todos more are already completed." in text
    assert Todo.objects.filter(completed=False).count() == 101
    assert "101 todos will be completed" in editor.confirm("complete", "all", 100).content.decode()
    assert editor.confirm("complete", "all", 101).status_code == 302
    assert not Todo.objects.filter(completed=False).exists()


def test_the_form_completes_and_reopens_by_the_same_rule(editor: Staff, owner: User) -> None:
    form = {"title": "Done already", "owner": owner.pk, "completed": "on"}
    assert editor.post(f"{TODOS}add/", form).status_code == 302
    todo = Todo.objects.get()
    assert todo.completed_at == todo.created_at
    save(editor, todo, completed=None)
    reopened = Todo.objects.get()
    assert (reopened.completed, reopened.completed_at, reopened.version) == (False, None, 2)
    save(editor, todo, completed="on")
    saved = Todo.objects.get()
    assert saved.completed_at is not None
    assert (saved.completed, saved.version, saved.updated_at) == (True, 3, saved.completed_at)


def test_the_constraints_of_the_api_hold_in_the_form(editor: Staff, owner: User) -> None:
    todo = TodoFactory.create(owner=owner)
    path = change_page("todos_todo", todo.pk)
    form = form_at(editor, path)
    for changes in ({"title": "   "}, {"title": "x" * 201}, {"description": "x" * 10_001}, {"order": str(2**31)}):
        page = editor.post(path, form | changes)
        assert (page.status_code, b"errorlist" in page.content) == (200, True)


# ── What the API sees ────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("change", ["complete", "reopen", "set_owner", "form"])
def test_an_etag_from_before_a_change_in_the_admin_is_refused(editor: Staff, owner: User, change: str) -> None:
    todo = completed(owner) if change == "reopen" else TodoFactory.create(owner=owner)
    path, api = f"/todos/{todo.pk}", ApiClient(issue_access(owner.pk))
    etag = api.send("GET", path)["ETag"]
    if change == "form":
        save(editor, todo, title="Water the plants twice")
    elif change == "set_owner":
        grace = UserFactory.create(username="grace")
        answer = editor.confirm("set_owner", [todo], 1, owner=str(grace.pk))
        assert editor.told(answer) == ['1 todo changed: owner is now "grace".']
        assert LogEntry.objects.get().change_message == f'Owner: "{owner}" → "grace".'
        assert api.send("GET", path).status_code == 404
        api = ApiClient(issue_access(grace.pk))
    else:
        editor.act(change, [todo])
    for sent, status in ((etag, 412), (api.send("GET", path)["ETag"], 200)):
        assert api.send("PATCH", path, {"title": "mine"}, headers={"If-Match": sent}).status_code == status


def test_the_history_says_who_changed_what_from_what_to_what(editor: Staff, owner: User) -> None:
    todo = TodoFactory.create(owner=owner, title="Water the plants")
    grace = UserFactory.create(username="grace")
    changes = {"title": "Water it", "completed": "on", "owner": str(grace.pk), "description": "x" * 99}
    save(editor, todo, **changes, due_at="2026-12-01T09:00")
    entry = LogEntry.objects.get()
    assert entry.user == editor.user
    assert entry.get_change_message() == (
        f'Owner: "ada" → "grace". Title: "Water the plants" → "Water it". Description: nothing → "{"x" * 59}…". '
        "Completed: no → yes. Due at: nothing → 2026-12-01 09:00."
    )
    page = editor.see(f"{TODOS}{todo.pk}/history/")
    assert "Water it" in page
    assert "edith" in page
