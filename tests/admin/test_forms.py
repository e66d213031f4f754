"""Rows are added and changed in the admin: each kind of field, by the rules of the API, without a lost update."""

import logging
from typing import Any

import pytest
from django.contrib.admin.models import ADDITION, LogEntry
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from tests.admin.resources import (
    changed_alone,
    each_resource,
    fields_of,
    form_at,
    is_required,
    keys_of,
    make,
    owner_of_row,
    page,
    typed,
    typed_into,
)
from tests.admin.staff import Staff, change_page
from tests.conformance.models import Inspection, Membership, Team, WorkSite
from tests.factories import UserFactory
from todoproject.admin.resource_admin import ResourceAdmin


def stored(row: Any) -> dict[str, Any]:
    values: dict[str, Any] = type(row)._default_manager.filter(pk=row.pk).values().get()
    return values


def errors(response: Any) -> list[str]:
    assert response.status_code == 200
    form = response.context["adminform"].form
    return [text for texts in form.errors.values() for text in texts]


# ── Adding ───────────────────────────────────────────────────────────────────────────────────────────────────────────
@each_resource
def test_a_row_with_every_field_is_added(editor: Staff, resource: ResourceAdmin) -> None:
    values = typed_into(resource, fields_of(resource), 1)
    response = editor.post(page(resource, "add"), values)
    assert response.status_code == 302, errors(response)
    row = resource.model._default_manager.get()
    assert row.version == 1
    sent = form_at(editor, page(resource, "change", row.pk))
    assert {name: str(sent.get(name, "")).removesuffix(":00") for name in values} == {
        name: str(value).removesuffix(":00") for name, value in values.items()
    }
    entry = LogEntry.objects.get()
    assert (entry.user, entry.action_flag, entry.object_id) == (editor.user, ADDITION, str(row.pk))


@each_resource
def test_a_row_with_only_what_it_needs_is_added_and_the_rest_is_null_or_default(
    editor: Staff, resource: ResourceAdmin
) -> None:
    form = form_at(editor, page(resource, "add"))
    needed = typed_into(resource, [field for field in fields_of(resource) if is_required(field)], 1)
    response = editor.post(page(resource, "add"), form | needed)
    assert response.status_code == 302, errors(response)
    row = resource.model._default_manager.get()
    for field in fields_of(resource):
        if field.null and not field.has_default():
            assert getattr(row, field.name) is None, field.name


@each_resource
def test_no_address_fills_in_a_new_form(editor: Staff, resource: ResourceAdmin) -> None:
    empty = form_at(editor, page(resource, "add"))
    for value in ("x", "%00", "2026-12-01"):
        query = "&".join(f"{field.name}={value}" for field in fields_of(resource))
        assert form_at(editor, f"{page(resource, 'add')}?{query}") == empty


@each_resource
def test_a_missing_value_and_a_key_that_can_be_none_are_errors_at_their_fields(
    editor: Staff, resource: ResourceAdmin
) -> None:
    missing: Any = editor.post(page(resource, "add"), {})
    needed = {field.name for field in fields_of(resource) if is_required(field)}
    assert needed <= set(missing.context["adminform"].form.errors)
    keys = {field.name for field in keys_of(resource)}
    for wrong in ("x", "\0", "9" * 5000):
        response: Any = editor.post(page(resource, "add"), dict.fromkeys(keys, wrong))
        assert keys <= set(response.context["adminform"].form.errors)
    assert not resource.model._default_manager.exists()


# ── Changing ─────────────────────────────────────────────────────────────────────────────────────────────────────────
@each_resource
def test_each_field_is_changed_alone_with_version_history_and_audit(
    editor: Staff, resource: ResourceAdmin, caplog: pytest.LogCaptureFixture, django_capture_on_commit_callbacks: Any
) -> None:
    row = make(resource.model)
    path = page(resource, "change", row.pk)
    form = form_at(editor, path)
    for version, field in enumerate(changed_alone(resource), start=2):
        form[field.name] = typed(field, 3, owner_of_row(row))
        with caplog.at_level(logging.INFO, "audit"), django_capture_on_commit_callbacks(execute=True):
            response = editor.post(path, form)
        assert response.status_code == 302, errors(response)
        after = resource.model._default_manager.get(pk=row.pk)
        assert (after.version, after.updated_at > row.updated_at) == (version, True), field.name
        assert getattr(after, field.name) != getattr(row, field.name)
        sentence = LogEntry.objects.latest("pk").get_change_message()
        assert sentence.lower().startswith(f"{field.verbose_name}: "), sentence
        assert " → " in sentence
        line: Any = [record for record in caplog.records if record.name == "audit"][-1]
        assert (line.action, line.changes) == (f"{resource.opts.model_name}.changed", [field.name])
        assert (line.target, line.user_id) == (str(row.pk), editor.user.pk)
        row, form["seen_version"] = after, version


@each_resource
def test_saving_without_a_change_changes_nothing_and_locks_the_row_before_it_looks(
    editor: Staff, resource: ResourceAdmin
) -> None:
    row = make(resource.model)
    before, path = stored(row), page(resource, "change", row.pk)
    form = form_at(editor, path)
    with CaptureQueriesContext(connection) as queries:
        assert editor.post(path, form | {"version": "7", "created_at": "2026-01-01"}).status_code == 302
    assert any(f'FOR UPDATE OF "{resource.opts.db_table}"' in query["sql"] for query in queries)
    assert stored(row) == before
    assert not LogEntry.objects.exists()
    text, written = editor.see(path), ("created_at", "updated_at", "version")
    assert not set(written) & set(form), "the service writes them: they are shown and cannot be sent"
    assert all(f"field-{name}" in text for name in written)


@each_resource
def test_a_form_that_is_older_than_somebodys_change_is_refused(editor: Staff, resource: ResourceAdmin) -> None:
    row = make(resource.model)
    path = page(resource, "change", row.pk)
    form = form_at(editor, path)
    resource.model._default_manager.update(version=2)
    before = stored(row)
    field = fields_of(resource)[0]
    for seen in (form["seen_version"], "", "x"):
        response = editor.post(path, form | {field.name: typed(field, 1), "seen_version": seen})
        assert response.status_code == 200
        assert f"Somebody has changed this {resource.opts.verbose_name} since you opened it" in str(errors(response))
    assert stored(row) == before


@pytest.mark.django_db(transaction=True)  # outside of one no row can be locked
@each_resource
def test_the_history_can_be_sent_a_form_too(superuser: Staff, resource: ResourceAdmin) -> None:
    assert superuser.post(page(resource, "history", make(resource.model).pk), {"a": "1"}).status_code == 200


@each_resource
def test_a_rule_that_only_the_database_knows_is_a_message_without_values(
    editor: Staff, resource: ResourceAdmin, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: Any) -> None:
        raise IntegrityError("Key (title)=(secret) already exists")

    row = make(resource.model)
    path = page(resource, "change", row.pk)
    form = form_at(editor, path)
    monkeypatch.setattr(type(resource), "save_model", refused)
    response = editor.post(path, form)
    assert (response.status_code, response["Location"]) == (302, path)
    assert editor.told(response) == ["Nothing was changed: the database refuses it (integrity)."]


@each_resource
def test_a_reader_sees_a_row_and_saves_nothing(reader: Staff, resource: ResourceAdmin) -> None:
    row = make(resource.model)
    text = reader.see(page(resource, "change", row.pk))
    assert 'name="_save"' not in text
    assert "deletelink" not in text
    assert not any(f'name="{field.name}"' in text for field in fields_of(resource))
    for name in ("change", "delete"):
        assert reader.post(page(resource, name, row.pk), {"post": "yes"}).status_code == 403
    assert reader.post(page(resource, "add"), {}).status_code == 403
    assert resource.model._default_manager.filter(pk=row.pk).exists()


@each_resource
def test_an_editor_deletes_a_row_and_leaves_a_trace(editor: Staff, resource: ResourceAdmin) -> None:
    row = make(resource.model)
    assert editor.post(page(resource, "delete", row.pk), {"post": "yes"}).status_code == 302
    assert not resource.model._default_manager.filter(pk=row.pk).exists()
    history = editor.see("/admin/admin/logentry/")
    assert str(row) in history
    assert "Deletion" in history


# ── No row points at one that its owner does not see ─────────────────────────────────────────────────────────────────
INSPECTIONS = "/admin/conformance/inspection/"


@pytest.fixture
def inspection(db: None) -> Inspection:
    found: Inspection = make(Inspection)
    return found


@pytest.fixture
def foreign(db: None) -> WorkSite:
    made: WorkSite = WorkSite._default_manager.create(
        team=Team._default_manager.create(name="Others"), name="Their quay"
    )
    return made


def test_the_form_takes_no_key_that_the_owner_does_not_see_but_an_owner_who_sees_it(
    editor: Staff, inspection: Inspection, foreign: WorkSite
) -> None:
    path, stranger = change_page("conformance_inspection", inspection.pk), UserFactory.create()
    form = form_at(editor, path)
    for changed, whose in (({"site": foreign.pk}, inspection.owner), ({"owner": stranger.pk}, stranger)):
        assert f"{whose} does not see this one." in editor.post(path, form | changed).content.decode()
    assert Inspection._default_manager.get().version == 1
    Membership._default_manager.create(user=stranger, team=foreign.team)
    assert editor.post(path, form | {"owner": stranger.pk, "site": foreign.pk}).status_code == 302
    assert Inspection._default_manager.get().site == foreign


@pytest.mark.parametrize("field", ["site", "owner"])
def test_no_action_sets_a_key_outside_of_the_scope(
    editor: Staff, inspection: Inspection, foreign: WorkSite, field: str
) -> None:
    value = foreign if field == "site" else UserFactory.create()
    answer = editor.confirm(f"set_{field}", [inspection], 1, path=INSPECTIONS, **{field: str(value.pk)})
    assert editor.told(answer)[-1].startswith("Nothing was changed: ")
    assert Inspection._default_manager.get().version == 1


def test_rows_of_several_users_get_no_key_at_once(editor: Staff, inspection: Inspection) -> None:
    other: Inspection = make(Inspection)
    answer = editor.confirm("set_site", [inspection, other], 2, path=INSPECTIONS, site=str(other.site.pk))
    assert "belong to several users" in editor.told(answer)[-1]
