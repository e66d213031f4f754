"""Reads query parameters as strictly as a body: an unknown or repeated one is a 400 that names it."""

from typing import Any
from urllib.parse import unquote_to_bytes

from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.request import Request

from todoproject.api.errors import QueryError


def validated_query(request: Request, form: type[serializers.Serializer[Any]]) -> dict[str, Any]:
    """Return the parameters that were given, as `form` describes them; raise `QueryError` for all that is wrong.

    Raises ParseError for bytes that are no UTF-8, which Django would read as U+FFFD.
    """
    try:
        unquote_to_bytes(request.META.get("QUERY_STRING", "")).decode()
    except UnicodeDecodeError:
        raise ParseError("The query string is not UTF-8.") from None
    serializer = form(data=request.query_params.dict())
    errors: dict[str, list[str]] = {}
    for name, values in request.query_params.lists():
        if name not in serializer.fields:
            errors[name] = [f"Unknown parameter. Known here: {', '.join(serializer.fields)}."]
        elif len(values) > 1:
            errors[name] = ["Given more than once."]
    if not serializer.is_valid():
        errors = {**serializer.errors, **errors}
    if errors:
        raise QueryError(errors)
    return dict(serializer.validated_data)
