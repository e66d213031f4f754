"""CSV: what the filters show, harmless in a spreadsheet, streamed in bounded memory."""

import csv
import io
import tracemalloc
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.admin.staff import TODOS, Staff
from tests.factories import TodoFactory, UserFactory
from todoproject.accounts.models import User
from todoproject.admin import export
from todoproject.admin.export import csv_lines, defused
from todos.admin.export import COLUMNS, todos_csv
from todos.models import Todo


def rows(answer: Any) -> list[dict[str, str]]:
    assert answer.status_code == 200
    assert answer.streaming
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_the_whole_list_is_a_table_with_a_dated_name(reader: Staff, owner: User) -> None:
    todo = TodoFactory.create(owner=owner, title='Grüße, "Ada"', description="one\ntwo", order=3)
    answer = reader.get(f"{TODOS}export/")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == f'attachment; filename="todos-{timezone.localdate():%Y-%m-%d}.csv"'
    (row,) = rows(answer)
    assert row == {
        "id": str(todo.pk),
        "owner": "ada",
        "title": 'Grüße, "Ada"',
        "description": "one\ntwo",
        "completed": "no",
        "completed at": "",
        "due at": "",
        "order": "3",
        "created at": todo.created_at.isoformat(" ", "seconds"),
        "updated at": todo.updated_at.isoformat(" ", "seconds"),
    }


def test_excel_is_told_that_it_is_utf_8(reader: Staff, owner: User) -> None:
    answer: Any = reader.get(f"{TODOS}export/")
    assert b"".join(answer.streaming_content).startswith(b'\xef\xbb\xbf"id"')


def test_only_what_filters_and_search_show_is_exported(reader: Staff, owner: User) -> None:
    TodoFactory.create(owner=owner, title="mine, open")
    TodoFactory.create(owner=owner, title="mine, done", completed=True, completed_at=timezone.now())
    TodoFactory.create(title="somebody else's, open")
    answer = reader.get(f"{TODOS}export/", {"state": "open", "owner__id__exact": str(owner.pk)})
    assert [row["title"] for row in rows(answer)] == ["mine, open"]
    page = reader.see(TODOS, state="open", q="mine")
    assert f'href="{TODOS}export/?q=mine&amp;state=open"' in page


def test_a_selection_is_exported_by_the_action(reader: Staff, owner: User) -> None:
    first, second, _ = TodoFactory.create_batch(3, owner=owner)
    assert [row["id"] for row in rows(reader.act("export", [first, second]))] == [str(second.pk), str(first.pk)]
    assert len(rows(reader.act("export", "all"))) == 3


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", " =", "＝", "＋", "－", "＠"])  # noqa: RUF001
def test_a_cell_that_a_spreadsheet_would_run_is_defused(reader: Staff, start: str) -> None:
    danger = f"{start}1+1|cmd"
    owner = UserFactory.create(username=danger[:1].strip() + "x")
    TodoFactory.create(owner=owner, title=danger, description=danger)
    (row,) = rows(reader.get(f"{TODOS}export/"))
    assert row["title"] == row["description"] == f"'{danger}"
    assert not row["owner"].startswith(("=", "+", "-", "@"))


def test_a_number_below_zero_stays_a_number(reader: Staff, owner: User) -> None:
    TodoFactory.create(owner=owner, order=-1)
    (row,) = rows(reader.get(f"{TODOS}export/"))
    assert row["order"] == "-1"


@pytest.mark.parametrize(
    ("number", "cell"), [(Decimal("-12.50"), "-12.50"), (Decimal("1E+2"), "100"), (-3, "-3"), (-0.5, "-0.5")]
)
def test_numbers_are_no_formulas(number: object, cell: str) -> None:
    assert defused(number) == cell


def test_a_date_is_a_date() -> None:
    assert defused(date(2026, 11, 23)) == "2026-11-23"


@pytest.mark.parametrize("harmless", ["a=b", "2026-11-23", "", "'=1", "ä", "1-1"])
def test_other_cells_stay_as_they_are(harmless: str) -> None:
    assert defused(harmless) == harmless


def test_a_table_of_many_rows_is_read_in_chunks_and_is_complete(
    reader: Staff, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "ROWS_AT_A_TIME", 10)
    made = Todo.objects.bulk_create(Todo(owner=owner, title=str(number)) for number in range(95))
    with CaptureQueriesContext(connection) as queries:
        found = rows(reader.get(f"{TODOS}export/"))
    assert [row["id"] for row in found] == [str(todo.pk) for todo in reversed(made)]
    assert sum("LIMIT 10" in query["sql"] and "LIMIT 10001" not in query["sql"] for query in queries) == 11


@pytest.mark.slow
def test_memory_does_not_grow_with_the_table(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "ROWS_AT_A_TIME", 200)

    def peak(lines: Iterable[str]) -> int:
        tracemalloc.start()
        for _ in lines:
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    def todos(number: int) -> list[Todo]:
        return [Todo(owner=owner, title="x" * 100, description="y" * 500) for _ in range(number)]

    Todo.objects.bulk_create(todos(250))
    small = peak(csv_lines(COLUMNS, Todo.objects.all()))
    Todo.objects.bulk_create(todos(1750))
    assert peak(csv_lines(COLUMNS, Todo.objects.all())) < 1.5 * small


@pytest.mark.django_db(transaction=True)
def test_it_is_streamed_under_asgi_too(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "ROWS_AT_A_TIME", 2)
    TodoFactory.create_batch(5, owner=owner)

    async def pieces() -> list[bytes]:
        return [piece async for piece in todos_csv(Todo.objects.all())]

    received = async_to_sync(pieces)()
    assert len(received) == 4
    assert b"".join(received) == b"".join(todos_csv(Todo.objects.all()))


def test_nobody_else_gets_the_table(owner: User) -> None:
    stranger = Staff(UserFactory.create(is_staff=True))
    assert stranger.get(f"{TODOS}export/").status_code == 403
    assert Staff(owner).get(f"{TODOS}export/").status_code == 302
