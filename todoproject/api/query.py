"""Reads query parameters as strictly as a body: an unknown or repeated one is a 400 that names it."""

from typing import Any, cast
from urllib.parse import unquote_to_bytes

from rest_framework import serializers
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.request import Request

from todoproject.api.errors import QueryError


def validated_query(request: Request, form: serializers.Serializer[Any]) -> dict[str, Any]:
    """Return the parameters that were given, as `form` describes them; raise `QueryError` for all that is wrong.

    Raises ParseError for bytes that are no UTF-8, which Django would read as U+FFFD.
    """
    try:
        unquote_to_bytes(request.META.get("QUERY_STRING", "")).decode()
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
    return parameters
