"""Reads query parameters as strictly as a body: an unknown or repeated one is a 400 that names it."""

from typing import Any, NamedTuple, cast
from urllib.parse import unquote_to_bytes, urlencode

from rest_framework import serializers
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.request import Request

from todoproject.api.errors import QueryError

# Clients repeat a few queries. A query with a cursor, which is always another one, is longer than this.
SHORT_CHARACTERS = 80
MOST_REMEMBERED = 1_000


class Query(NamedTuple):
    """The parameters that were given, and those of the next page but for its cursor, as text."""

    parameters: dict[str, Any]
    repeated: str


_accepted: dict[Any, Query] = {}


def validated_query(request: Request, form: serializers.Serializer[Any]) -> Query:
    """Return the query by `form`; raise `QueryError` that names every mistake.

    Raises ParseError for bytes that are not UTF-8, which Django would read as U+FFFD.
    """
    text = request.META.get("QUERY_STRING", "")
    key = form, text, request.encoding
    if (known := _accepted.get(key)) is not None:
        return known
    query = _validated(request, form, text)
    if len(text) <= SHORT_CHARACTERS:
        if len(_accepted) >= MOST_REMEMBERED:
            _accepted.clear()
        _accepted[key] = query
    return query


def _validated(request: Request, form: serializers.Serializer[Any], text: str) -> Query:
    try:
        unquote_to_bytes(text).decode()
    except UnicodeDecodeError:
        raise ParseError("The query string is not UTF-8.") from None
    errors: dict[str, Any] = {}
    for name, values in request.query_params.lists():
        if name not in form.fields:
            errors[name] = [f"Unknown parameter. Known here: {', '.join(form.fields)}."]
        elif len(values) > 1:
            errors[name] = ["Given more than once."]
    try:
        parameters: dict[str, Any] = form.run_validation(request.query_params.dict())
    except ValidationError as error:
        errors = {**cast("dict[str, Any]", error.detail), **errors}  # a serializer's names the fields
    if errors:
        raise QueryError(errors)
    others = [(name, value) for name, value in request.query_params.items() if name != "cursor"]
    return Query(parameters, urlencode(others, safe=":"))
