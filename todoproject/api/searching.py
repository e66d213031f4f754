"""Bounds the time and the threads of a search: no index finds a part of a text.

docs/adr/0036-bounded-search.md has the reasons and the figures.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import OperationalError, connection, transaction
from psycopg.errors import QueryCanceled
from rest_framework.exceptions import APIException

from todoproject.throttling.memory import Places

# Half of a worker's threads: the other half stays free for others, whatever one user searches for.
_searching = Places(max(1, settings.WEB_THREADS // 2), "You are searching already.")


class SearchTooBroad(APIException):
    status_code = 422
    slug = "search-too-broad"
    default_detail = "The search took too long: narrow it by a longer text or by other filters."


@contextmanager
def bounded_search(caller: int) -> Iterator[None]:
    """Run one statement against SEARCH_MILLISECONDS; raise `SearchTooBroad` beyond, `Throttled` without a place."""
    with _searching.taken(str(caller)):
        try:
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute(
                        "SELECT set_config('statement_timeout', %s, true)", [str(settings.SEARCH_MILLISECONDS)]
                    )
                yield
        except OperationalError as error:
            if isinstance(error.__cause__, QueryCanceled):
                raise SearchTooBroad from error
            raise
