"""The list of a resource: filters of each kind of field, search, and a bounded count."""

import json
from typing import Any

import pytest
from django.db import connection
from django.db.models import BooleanField, DateField, Q
from django.test.utils import CaptureQueriesContext

from tests.admin.resources import RESOURCES, each_resource, fields_of, keys_of, make, make_many, page, related
from tests.admin.staff import Staff
from tests.factories import UserFactory
from tests.sample import sample
from todoproject.admin import model_admin
from todoproject.admin.resource_admin import ResourceAdmin, is_free_text


def found(staff: Staff, resource: ResourceAdmin, **query: Any) -> set[int]:
    """Return the keys of the rows that the list shows."""
    response: Any = staff.get(page(resource), query)
    assert response.status_code == 200, response.headers
    assert response.content
    return {row.pk for row in response.context["cl"].result_list}


# ── Filters ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def filtered_fields(resource: ResourceAdmin) -> Any:
    names = {one[0] if isinstance(one, tuple) else one for one in resource.list_filter}
    return [field for field in fields_of(resource) if field.name in names]


@each_resource
def test_every_field_but_free_text_and_plain_numbers_has_a_filter(resource: ResourceAdmin) -> None:
    if type(resource).list_filter:
        pytest.skip("it names its filters itself")
    kinds = (BooleanField, DateField)
    expected = {field.name for field in fields_of(resource) if field.choices or isinstance(field, kinds)}
    expected |= {field.name for field in keys_of(resource)}
    assert {field.name for field in filtered_fields(resource)} == expected


@each_resource
def test_each_filter_finds_the_rows_that_have_the_value(reader: Staff, resource: ResourceAdmin) -> None:
    for field in filtered_fields(resource):
        resource.model._default_manager.all().delete()
        values = [related(field, number) if field.is_relation else sample(field, number) for number in (0, 1)]
        rows = [make(resource.model, **{field.name: value}) for value in values]
        value = getattr(rows[0], field.name)
        if field.is_relation:
            query = {f"{field.name}__id__exact": value.pk}
        elif isinstance(field, DateField):
            query = {f"{field.name}_from": f"{value:%Y-%m-%d}", f"{field.name}_until": f"{value:%Y-%m-%d}"}
        else:
            query = {f"{field.name}__exact": int(value) if isinstance(value, bool) else value}
        assert found(reader, resource, **query) == {rows[0].pk}, field.name


@each_resource
def test_filters_and_search_travel_with_each_other(reader: Staff, resource: ResourceAdmin) -> None:
    row = make(resource.model)
    text = reader.see(page(resource), created_at_from="2026-01-01", q=str(row))
    forms = [field for field in filtered_fields(resource) if field.is_relation or isinstance(field, DateField)]
    in_search = 1
    assert text.count('<input type="hidden" name="created_at_from" value="2026-01-01">') == len(forms) + in_search
    assert f'href="{page(resource, "export")}?created_at_from=2026-01-01&amp;q=' in text


@each_resource
def test_each_text_and_each_name_of_a_key_is_searched(reader: Staff, resource: ResourceAdmin) -> None:
    other = make(resource.model)
    for field in (field for field in fields_of(resource) if is_free_text(field)):
        text = "a ЖЖЖ"[-(field.max_length or 5) :]
        row, sought = make(resource.model, **{field.name: text}), text[-3:].lower()
        assert found(reader, resource, q=sought) == {row.pk}, field.name
        assert found(reader, resource, q=f"{sought} nothing") == set()
        row.delete()
    for field in keys_of(resource):
        target = related(field, 7777)  # no part of a number in `other`
        row = make(resource.model, **{field.name: target})
        assert row.pk in found(reader, resource, q=str(target)), field.name
        assert other.pk not in found(reader, resource, q=str(target)), field.name


@each_resource
def test_a_filter_that_means_nothing_leads_back_to_the_whole_list(reader: Staff, resource: ResourceAdmin) -> None:
    queries = [{"created_at_from": "yesterday"}, {"created_at_until": "9999-12-31"}, {"created_at_from": "2026-02-30"}]
    for field in keys_of(resource):
        queries += [{f"{field.name}__id__exact": "x"}, {f"{field.name}__id__exact": "9" * 20}]
    for query in queries:
        for path in (page(resource), page(resource, "export")):
            assert reader.get(path, query).status_code == 302, query


@pytest.mark.django_db(transaction=True)  # PostgreSQL itself refuses a regular expression
@each_resource
def test_a_lookup_in_the_address_that_cannot_be_asked_leads_back_too(superuser: Staff, resource: ResourceAdmin) -> None:
    make(resource.model)
    text = next(field.name for field in fields_of(resource) if is_free_text(field))
    for query in (f"{text}=%00", f"{text}__regex=(", "created_at__year=0", "id__range=1"):
        assert superuser.get(f"{page(resource)}?{query}").status_code == 302, query
        assert superuser.get(f"{page(resource, 'export')}?{query}").status_code == 302, query
        data = {"action": "export", "_selected_action": "1", "index": "0"}
        assert superuser.post(f"{page(resource)}?{query}", data).status_code == 302, query


def test_a_bad_lookup_in_the_other_lists_leads_back_too(superuser: Staff) -> None:
    lookups = ("accounts/user/?username=%00", "accounts/failedlogin/?ip_address=x", "auth/group/?name=%00")
    for path in (*lookups, "admin/logentry/?object_id=%00"):
        assert superuser.get(f"/admin/{path}").status_code == 302, path


def test_a_fault_in_a_list_is_a_500_and_logged_with_its_traceback(
    reader: Staff, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_: object) -> int:
        raise ValueError

    monkeypatch.setattr(model_admin.BoundedPaginator, "_counted", property(broken))
    queries: list[dict[str, str]] = [{}, {"q": "x"}, {"o": "1"}]
    assert {reader.get(page(RESOURCES[0]), query).status_code for query in queries} == {500}
    assert [record.exc_info[0] for record in caplog.records if record.exc_info] == [ValueError] * 3


# ── Autocomplete ─────────────────────────────────────────────────────────────────────────────────────────────────────
@each_resource
def test_keys_are_found_as_they_are_typed(reader: Staff, resource: ResourceAdmin) -> None:
    for field in keys_of(resource):
        target = related(field, 7777)
        query: dict[str, Any] = {
            "app_label": resource.opts.app_label,
            "model_name": resource.opts.model_name,
            "field_name": field.name,
        }
        answer = json.loads(reader.see("/admin/autocomplete/", **query, term=str(target).upper()))
        assert {"id": str(target.pk), "text": str(target)} in answer["results"]
        assert json.loads(reader.see("/admin/autocomplete/", **query, term="a\0"))["results"] == []


# ── What a list costs ────────────────────────────────────────────────────────────────────────────────────────────────
@each_resource
def test_a_list_costs_the_same_queries_however_many_rows_it_shows(reader: Staff, resource: ResourceAdmin) -> None:
    def queries() -> list[str]:
        with CaptureQueriesContext(connection) as captured:
            reader.see(page(resource))
        return [query["sql"] for query in captured]

    def row(number: int) -> None:
        make(resource.model, number, **{field.name: related(field, number) for field in keys_of(resource)})

    row(100)
    few = len(queries())
    for number in range(101, 111):
        row(number)
    many = queries()
    assert len(many) == few
    counting = [sql for sql in many if "COUNT(" in sql]
    assert len(counting) == 1
    assert "LIMIT 10001" in counting[0]


@pytest.mark.slow
@each_resource
def test_a_list_counts_up_to_its_limit(reader: Staff, resource: ResourceAdmin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_admin, "MOST_ROWS", 15)
    monkeypatch.setattr(resource, "list_per_page", 10)
    make_many(resource.model, 16)
    plural = resource.opts.verbose_name_plural
    text = " ".join(reader.see(page(resource)).split())
    assert f"more than 15 {plural}" in text
    assert f"Select all (more than 15) {plural}" in text
    assert reader.get(page(resource), {"p": "2"}).status_code == 200
    assert reader.get(page(resource), {"p": "3"}).status_code == 302
    resource.model._default_manager.filter(Q(pk=resource.model._default_manager.first().pk)).delete()
    text = " ".join(reader.see(page(resource)).split())
    assert "more than" not in text
    assert f"Select all 15 {plural}" in text


def test_staff_without_a_permission_see_no_list(db: None) -> None:
    stranger = Staff(UserFactory.create(is_staff=True))
    for resource in RESOURCES:
        assert stranger.get(page(resource)).status_code == 403
