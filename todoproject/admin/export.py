"""Exports rows as a stream of CSV, so that a million rows need the memory of one chunk."""

import csv
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from asgiref.sync import sync_to_async
from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.utils import timezone
from django.utils.text import slugify

from todoproject import audit

ROWS_AT_A_TIME = 2000

# A spreadsheet reads a cell that begins with one of these, or its full-width form, as a formula.
# https://owasp.org/www-community/attacks/CSV_Injection
FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")  # noqa: RUF001  full-width on purpose


class _Line:
    """A file for csv.writer that returns each line."""

    def write(self, text: str) -> str:
        return text


class CsvResponse(StreamingHttpResponse):
    """Streams under ASGI too: Django would read a generator that is not async to its end first."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        pieces = iter(self)
        while piece := await sync_to_async(lambda: next(pieces, b""))():
            yield piece


def defused(value: Any) -> str:
    """Return a value as the text of a cell; a text that would be a formula gets an apostrophe in front."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float | Decimal):
        return f"{value:f}" if isinstance(value, Decimal) else str(value)
    text = value.isoformat(" ", "seconds") if isinstance(value, datetime) else str(value)
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA_STARTS) else text


def csv_response(rows: QuerySet[Any]) -> CsvResponse:
    """Return a download of `rows`, <plural>-<today>.csv, newest first, with times in UTC.

    It is UTF-8 with a byte order mark, which Excel needs.
    """
    options = rows.model._meta
    audit.record(f"{options.model_name}.exported", count=rows.order_by().count())
    filename = f"{slugify(options.verbose_name_plural)}-{timezone.localdate():%Y-%m-%d}.csv"
    return CsvResponse(
        csv_lines(rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{filename}"', "Cache-Control": "no-store"},
    )


def csv_lines(rows: QuerySet[Any]) -> Iterator[str]:
    """Yield the table in pieces: all columns but `version`, choices by their labels, each cell quoted and defused."""
    columns = sorted(rows.model._meta.concrete_fields, key=lambda field: not field.editable)  # as in the list
    fields = [field for field in columns if field.name != "version"]
    writer = csv.writer(_Line(), quoting=csv.QUOTE_ALL)
    yield "\ufeff" + writer.writerow([field.name.replace("_", " ") for field in fields])
    labels = [dict(field.flatchoices) for field in fields]
    for chunk in in_chunks(rows.select_related(*(field.name for field in fields if field.is_relation))):
        cells = ([getattr(row, field.name) for field in fields] for row in chunk)
        yield "".join(
            writer.writerow([defused(label.get(cell, cell)) for cell, label in zip(line, labels, strict=True)])
            for line in cells
        )


def in_chunks(rows: QuerySet[Any]) -> Iterator[list[Any]]:
    """Yield lists of ROWS_AT_A_TIME rows, by falling id.

    Each list is one short statement, which begins after the last row of the one before. With a server-side cursor a
    slow reader would keep a transaction open, or the whole result on the server.
    """
    rows = rows.order_by("-pk")
    chunk = list(rows[:ROWS_AT_A_TIME])
    while chunk:
        yield chunk
        last = chunk[-1].pk
        chunk = list(rows.filter(pk__lt=last)[:ROWS_AT_A_TIME])
