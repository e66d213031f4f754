"""Actions set a field of many rows by one UPDATE, by the rules of the API, with a history."""

import logging
import re
from functools import partial
from typing import Any, cast

import pytest
from django.contrib.admin.models import LogEntry
from django.db import IntegrityError, connection, transaction
from django.db.models import Field, Model
from django.test.utils import CaptureQueriesContext

from tests.admin.resources import (
    MARKED,
    RESOURCES,
    changed_alone,
    each_resource,
    fields_of,
    make,
    make_many,
    owner_of_row,
    page,
    related,
    typed,
)
from tests.admin.staff import Staff
from tests.api.threads import threads, wait_until_blocked
from tests.factories import UserFactory
from tests.sample import sample
from todoproject.accounts.models import User
from todoproject.admin import bulk, history, scopes
from todoproject.admin.resource_admin import ResourceAdmin, is_free_text
from todoproject.api.constraints import is_unique

RESOURCE = RESOURCES[0]


def asked_fields(resource: ResourceAdmin) -> "list[Field[Any, Any]]":
    names = {action.__name__ for action in resource.actions or () if callable(action)}
    return [field for field in fields_of(resource) if f"set_{field.name}" in names]


def owned_key(field: "Field[Any, Any]") -> bool:
    """Say whether a foreign key points at rows that belong to a user."""
    return field.is_relation and scopes.owned(cast("type[Model]", field.related_model)) is not None


def values(field: "Field[Any, Any]", row: Any = None) -> dict[str, Any]:
    """Return what the confirmation page sends for a new value of `field` that `row` may have."""
    value = typed(field, 3, owner_of_row(row) if row else None)
    return {field.name: {"on": "yes", "": "no"}.get(value, value)}


def for_every_row(resource: ResourceAdmin) -> "list[Field[Any, Any]]":
    """Return the fields of which every row may have the same new value."""
    alone = {field.name for field in changed_alone(resource)}
    return [field for field in asked_fields(resource) if field.name in alone and not owned_key(field)]


def nobody_has(resource: ResourceAdmin) -> "Field[Any, Any]":
    """Return a field that can be set to a new value in all rows."""
    asked = for_every_row(resource)
    return next((field for field in asked if field.is_relation), asked[0])


each_with_actions = pytest.mark.parametrize(
    "resource",
    [one for one in MARKED if for_every_row(cast("ResourceAdmin", one.values[0]))],
    ids=lambda one: one.opts.model_name,
)


def count(resource: ResourceAdmin, **version: Any) -> int:
    return int(resource.model._default_manager.filter(**version).count())


# ── What an action changes ───────────────────────────────────────────────────────────────────────────────────────────
@each_resource
def test_there_is_an_action_for_each_field_that_many_rows_can_share(reader: Staff, resource: ResourceAdmin) -> None:
    shared = {field.name for field in fields_of(resource) if not (is_free_text(field) or is_unique(field))}
    fixed = {getattr(action, "field", "") for action in resource.actions or ()} - {""}
    assert {field.name for field in asked_fields(resource)} == shared - fixed
    assert "set_" not in reader.see(page(resource))


@each_resource
def test_each_action_asks_and_then_sets_its_field_with_version_history_and_audit(
    editor: Staff, resource: ResourceAdmin, caplog: pytest.LogCaptureFixture, django_capture_on_commit_callbacks: Any
) -> None:
    alone = {field.name for field in changed_alone(resource)}
    row, other = (make(resource.model, number) for number in (0, 10))
    path = page(resource)
    for version, field in enumerate((each for each in asked_fields(resource) if each.name in alone), start=2):
        action, sent = f"set_{field.name}", values(field, row)
        question = editor.act(action, [row], path=path)
        assert f'name="{field.name}"' in question.content.decode()
        assert count(resource, version=version) == 0
        with caplog.at_level(logging.INFO, "audit"), django_capture_on_commit_callbacks(execute=True):
            answer = editor.confirm(action, [row], 1, path=path, **sent)
        assert answer.status_code == 302, (field.name, answer.content)
        assert f"1 {resource.opts.verbose_name} changed: {field.verbose_name} is now " in editor.told(answer)[-1]
        after = resource.model._default_manager.get(pk=row.pk)
        assert (after.version, after.updated_at > row.updated_at) == (version, True), field.name
        assert getattr(after, field.name) != getattr(row, field.name)
        assert f"{field.verbose_name}: " in LogEntry.objects.latest("pk").change_message.lower()
        line: Any = [record for record in caplog.records if record.name == "audit"][-1]
        assert (line.action, line.changes) == (f"{resource.opts.model_name}.changed", [field.name])
        assert (line.target, line.user_id) == (str(row.pk), editor.user.pk)
        assert count(resource, pk=other.pk, version=1) == 1
        row = after


@each_with_actions
def test_a_row_that_has_the_value_already_is_not_changed_again(editor: Staff, resource: ResourceAdmin) -> None:
    row, field = make(resource.model), nobody_has(resource)
    sent = values(field)
    for _ in range(2):
        answer = editor.confirm(f"set_{field.name}", [row], 1, path=page(resource), **sent)
    assert editor.told(answer)[-1].endswith(f"1 {resource.opts.verbose_name} unchanged: already so.")
    assert count(resource, version=2) == 1


@each_resource
def test_a_wrong_value_is_asked_for_again(editor: Staff, resource: ResourceAdmin) -> None:
    row = make(resource.model)
    for field in asked_fields(resource):
        for value in ("9" * 5000, *(("0", "\0") if field.is_relation else ())):
            response = editor.confirm(f"set_{field.name}", [row], 1, path=page(resource), **{field.name: value})
            assert (response.status_code, b"errorlist" in response.content) == (200, True), (field.name, value[:9])
    assert count(resource, version=1) == 1


@each_resource
def test_nothing_is_given_to_a_locked_user(editor: Staff, resource: ResourceAdmin) -> None:
    row, locked = make(resource.model), UserFactory.create(is_active=False)
    for field in asked_fields(resource):
        if field.related_model is User:
            response = editor.confirm(f"set_{field.name}", [row], 1, path=page(resource), **{field.name: locked.pk})
            assert b"This user is locked or gone." in response.content
    assert count(resource, version=1) == 1


# ── How it changes them ──────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.slow
@each_with_actions
def test_many_rows_are_one_update_and_one_insert_of_history(superuser: Staff, resource: ResourceAdmin) -> None:
    make_many(resource.model, 200)
    field = nobody_has(resource)
    sent = values(field)
    with CaptureQueriesContext(connection) as queries:
        superuser.confirm(f"set_{field.name}", "all", 200, path=page(resource), **sent)
    statements = [query["sql"] for query in queries]
    assert sum(sql.startswith(f'UPDATE "{resource.opts.db_table}"') for sql in statements) == 1
    assert sum(sql.startswith('INSERT INTO "django_admin_log"') for sql in statements) == 1
    assert len(statements) <= 18
    assert count(resource, version=2) == 200
    assert LogEntry.objects.filter(user=superuser.user).count() == 200


@pytest.mark.django_db(transaction=True)
@each_with_actions
def test_a_row_that_a_request_changes_meanwhile_is_checked_again(resource: ResourceAdmin) -> None:
    """The action waits for the row's lock. Then it changes the row, unless the row has the value by now."""
    fields = for_every_row(resource)
    owner = next(field for field in fields_of(resource) if field.name == resource.autocomplete_fields[0])
    for field in {fields[0], nobody_has(resource)}:
        before = {} if field.is_relation else {field.name: field.to_python(sample(field, 0))}
        value = related(field, 3) if field.is_relation else field.to_python(sample(field, 3))
        cases = [({field.name: value}, False), *([({owner.name: related(owner, 4)}, True)] if field != owner else [])]
        for meanwhile, is_changed in cases:
            row = make(resource.model, 10 + count(resource), **before)
            change = bulk.Change("", field.name, "", value=value)
            with threads() as pool:
                with transaction.atomic():
                    resource.model._default_manager.filter(pk=row.pk).update(**meanwhile, version=7)
                    acting = pool.start(partial(acted, resource, row, change))
                    wait_until_blocked(1)  # it has found the row to change
                assert acting.result() == ([row] if is_changed else []), (field.name, meanwhile)
            assert resource.model._default_manager.get(pk=row.pk).version == (8 if is_changed else 7)


def acted(resource: ResourceAdmin, row: Model, change: bulk.Change) -> list[Model]:
    with transaction.atomic():
        return bulk.rows_set(resource, resource.model._default_manager.filter(pk=row.pk), change)


@pytest.mark.parametrize("broken", ["history", "rule"])
@each_with_actions
def test_an_action_that_fails_changes_nothing(
    editor: Staff, resource: ResourceAdmin, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise IntegrityError("Key (title)=(secret) already exists") if broken == "rule" else RuntimeError

    monkeypatch.setattr(history, "write", fail)
    row, field = make(resource.model), nobody_has(resource)
    answer = editor.confirm(f"set_{field.name}", [row], 1, path=page(resource), **values(field))
    assert answer.status_code == (302 if broken == "rule" else 500)
    if broken == "rule":
        assert editor.told(answer) == ["Nothing was changed: the database refuses it (integrity)."]
    assert count(resource, version=1) == 1


# ── When it asks ─────────────────────────────────────────────────────────────────────────────────────────────────────
@each_with_actions
def test_all_pages_means_the_rows_that_the_filters_show_and_more_than_were_agreed_to_are_asked_about_again(
    editor: Staff, resource: ResourceAdmin, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make_many(resource.model, 115)
    old = [row.pk for row in made[:5]]
    resource.model._default_manager.filter(pk__in=old).update(created_at="2026-01-31T12:00Z")
    field = nobody_has(resource)
    action, path, sent = f"set_{field.name}", f"{page(resource)}?created_at_from=2026-02-01", values(field)
    questions = [editor.act(action, "all", path=path)]
    questions += [editor.confirm(action, "all", agreed, path=path, **sent) for agreed in ("109", "9" * 5000, "x")]
    for question in questions:
        assert f"110 {resource.opts.verbose_name_plural}" in question.content.decode()
        one = question.content.decode().count('name="_selected_action"')
        assert one == 1, "a field for each row would be too many for Django"
    assert count(resource, version=1) == 115
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', questions[0].content.decode()))
    assert editor.post(path, hidden | sent).status_code == 302  # as a browser does, without a script
    assert set(resource.model._default_manager.filter(version=1).values_list("pk", flat=True)) == set(old)
    monkeypatch.setattr(bulk, "MOST_AT_ONCE", 4)
    answer = editor.act(action, "all", path=page(resource))
    assert "too many at once: narrow the list to 4" in editor.told(answer)[-1]


@pytest.mark.parametrize(
    ("path", "action"),
    [(page(RESOURCE), "export"), ("/admin/accounts/user/", "lock"), ("/admin/accounts/refreshfamily/", "revoke")],
)
def test_a_selected_row_that_can_be_none_is_a_400(superuser: Staff, path: str, action: str) -> None:
    for key in ("x", "", "\0", "1.5", "9" * 5000):
        data = {"action": action, "_selected_action": [key, str(superuser.user.pk)], "index": "0"}
        assert superuser.post(path, data).status_code == 400, key[:9]


# ── Who may ──────────────────────────────────────────────────────────────────────────────────────────────────────────
@each_resource
def test_a_reader_can_run_no_action_that_changes(reader: Staff, resource: ResourceAdmin) -> None:
    row = make(resource.model)
    for field in asked_fields(resource):
        reader.confirm(f"set_{field.name}", [row], 1, path=page(resource), **values(field))
    assert count(resource, version=1) == 1
    assert not LogEntry.objects.exists()
