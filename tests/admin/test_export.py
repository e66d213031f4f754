"""CSV exports: the filtered rows, safe for spreadsheets, streamed in bounded memory, and in the audit trail."""

import csv
import io
import logging
import tracemalloc
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from django.db.models import DateField, DecimalField
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.admin.resources import RESOURCES, each_resource, fields_of, keys_of, make, make_many, page, related
from tests.admin.staff import Staff
from tests.conformance.models import Notice
from tests.sample import sample
from todoproject.accounts.models import User
from todoproject.admin import export
from todoproject.admin.export import csv_lines, csv_response, defused
from todoproject.admin.resource_admin import ResourceAdmin, is_free_text

RESOURCE = RESOURCES[0]
STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", " =", "＝", "＋", "－", "＠")  # noqa: RUF001  as in a spreadsheet


def rows(answer: Any) -> list[dict[str, str]]:
    assert answer.status_code == 200
    assert answer.streaming
    return rows_of(b"".join(answer.streaming_content))


def rows_of(text: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"), newline="")))


@each_resource
def test_the_whole_list_is_a_table_with_a_dated_name_and_an_audit_line(
    reader: Staff, resource: ResourceAdmin, caplog: pytest.LogCaptureFixture, django_capture_on_commit_callbacks: Any
) -> None:
    make_many(resource.model, 2)
    with caplog.at_level(logging.INFO, "audit"), django_capture_on_commit_callbacks(execute=True):
        answer: Any = reader.get(page(resource, "export"))
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    name = str(resource.opts.verbose_name_plural).replace(" ", "-")
    assert answer["Content-Disposition"] == f'attachment; filename="{name}-{timezone.localdate():%Y-%m-%d}.csv"'
    text = b"".join(answer.streaming_content)
    assert text.startswith(b'\xef\xbb\xbf"id"'), "Excel is told that it is UTF-8"
    table = rows_of(text)
    columns = [field.name.replace("_", " ") for field in resource.opts.concrete_fields if field.name != "version"]
    assert [sorted(row) for row in table] == [sorted(columns)] * 2
    first, *others = table[0]
    assert (first, others.index("created at") >= len(fields_of(resource))) == ("id", True)
    line: Any = next(record for record in caplog.records if record.name == "audit")
    assert (line.action, line.count, line.user_id) == (f"{resource.opts.model_name}.exported", 2, reader.user.pk)


@each_resource
def test_each_kind_of_value_is_a_readable_cell(reader: Staff, resource: ResourceAdmin) -> None:
    given = {field.name: sample(field) for field in fields_of(resource) if not field.is_relation}
    full = make(resource.model, **given | {field.name: related(field) for field in keys_of(resource)})
    (cells,) = rows(reader.act("export", [full], path=page(resource)))
    for field in fields_of(resource):
        stored, cell = getattr(full, field.name), cells[field.name.replace("_", " ")]
        if field.choices:
            expected = dict(field.flatchoices)[stored]
        elif isinstance(stored, bool):
            expected = "yes" if stored else "no"
        elif isinstance(field, DateField):
            expected = stored.isoformat(" ", "seconds") if isinstance(stored, datetime) else str(stored)
        elif isinstance(field, DecimalField):
            expected = f"{stored:.{field.decimal_places}f}"
        else:
            expected = str(stored)
        assert cell == expected
    (cells,) = rows(reader.act("export", [make(resource.model)], path=page(resource)))
    assert {cells[field.name.replace("_", " ")] for field in fields_of(resource) if field.null} <= {""}


@each_resource
def test_only_what_filters_and_search_show_is_exported(reader: Staff, resource: ResourceAdmin) -> None:
    text = next(field for field in fields_of(resource) if is_free_text(field))
    wanted, old, _ = [make(resource.model, **{str(text.name): name}) for name in ("ЖЖ1", "ЖЖ2", "x")]
    resource.model._default_manager.filter(pk=old.pk).update(created_at="2026-01-31T12:00Z")
    answer = reader.get(page(resource, "export"), {"q": "жж", "created_at_from": "2026-02-01"})
    assert [row["id"] for row in rows(answer)] == [str(wanted.pk)]


@each_resource
def test_a_selection_is_exported_by_the_action(reader: Staff, resource: ResourceAdmin) -> None:
    first, second, _ = make_many(resource.model, 3)
    found = rows(reader.act("export", [first, second], path=page(resource)))
    assert [row["id"] for row in found] == [str(second.pk), str(first.pk)]
    assert len(rows(reader.act("export", "all", path=page(resource)))) == 3


def test_a_cell_that_a_spreadsheet_would_run_is_defused_and_any_other_stays() -> None:
    for start in STARTS:
        assert defused(f"{start}1+1|cmd") == f"'{start}1+1|cmd"
    for text in ("a=b", "2026-11-23", "", "'=1", "1-1", 'Grüße, "Ada"', "one\ntwo"):
        assert defused(text) == text
    values = {date(2026, 11, 23): "2026-11-23", Decimal("-12.50"): "-12.50", Decimal("1E+2"): "100", -3: "-3"}
    assert {value: defused(value) for value in values} == values


def test_texts_and_names_of_keys_are_defused(reader: Staff) -> None:
    owned = next(each for each in RESOURCES if keys_of(each) and keys_of(each)[0].related_model is User)
    text = next(field for field in fields_of(owned) if is_free_text(field))
    make(owned.model, **{text.name: "=1+1"})
    User.objects.exclude(pk=reader.user.pk).update(username="=x")
    (row,) = rows(reader.get(page(owned, "export")))
    assert (row[text.name.replace("_", " ")], row[keys_of(owned)[0].name]) == ("'=1+1", "'=x")


@each_resource
def test_many_rows_are_read_in_chunks_without_a_query_a_row(
    reader: Staff, resource: ResourceAdmin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "ROWS_AT_A_TIME", 10)
    made = make_many(resource.model, 35)
    with CaptureQueriesContext(connection) as queries:
        found = rows(reader.get(page(resource, "export")))
    assert [row["id"] for row in found] == [str(row.pk) for row in reversed(made)]
    reading = [query["sql"] for query in queries if f'FROM "{resource.opts.db_table}"' in query["sql"]]
    assert sum(sql.endswith("LIMIT 10") for sql in reading) == 5
    assert len(reading) <= 5 + 2, "two more count"


@pytest.mark.slow
def test_memory_does_not_grow_with_the_table(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "ROWS_AT_A_TIME", 100)

    def peak(lines: Iterable[str]) -> int:
        tracemalloc.start()
        for _ in lines:
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    table = Notice._default_manager.all()
    make_many(Notice, 150)
    table.update(details="y" * 500)
    small = peak(csv_lines(table))
    make_many(Notice, 750)
    table.update(details="y" * 500)
    assert peak(csv_lines(table)) < 1.5 * small


@pytest.mark.django_db(transaction=True)
def test_it_is_streamed_under_asgi_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "ROWS_AT_A_TIME", 2)
    make_many(RESOURCE.model, 5)
    table = RESOURCE.model._default_manager.all()
    answer = csv_response(table)

    async def pieces() -> list[bytes]:
        return [piece async for piece in answer]

    received = async_to_sync(pieces)()
    assert len(received) == 4
    assert b"".join(received) == b"".join(csv_response(table))


@each_resource
def test_only_staff_with_the_permission_gets_an_export(db: None, owner: User, resource: ResourceAdmin) -> None:
    stranger = User.objects.create(username="stranger", is_staff=True)
    assert Staff(stranger).get(page(resource, "export")).status_code == 403
    assert Staff(owner).get(page(resource, "export")).status_code == 302
