"""Reads query parameters as strictly as a body: an unknown or repeated one is a 400 that names it."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from todoproject.api.errors import QueryError


def validated_query(request: Request, form: type[serializers.Serializer[Any]]) -> dict[str, Any]:
    """Return the parameters that were given, as `form` describes them; raise `QueryError` for all that is wrong."""
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
