"""Describes every operation of the API in the OpenAPI document."""

from typing import Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema_field
from rest_framework import serializers

from todoproject.http.problems import CONTENT_TYPE, PROBLEM_TYPES, ProblemType


@extend_schema_field({"type": "string", "format": "uri-reference"})
class UriReferenceField(serializers.CharField):
    """An address that may be relative (RFC 3986 §4.1)."""


class ProblemErrorSerializer(serializers.Serializer[Any]):
    pointer = serializers.CharField(help_text="JSON Pointer into the body, or `?name` for a query parameter.")
    detail = serializers.CharField()


class ProblemSerializer(serializers.Serializer[Any]):
    """A problem detail, RFC 9457."""

    type = UriReferenceField(help_text="The page that explains this kind of problem.")
    title = serializers.CharField()
    status = serializers.IntegerField(min_value=400, max_value=599)
    detail = serializers.CharField()
    instance = UriReferenceField(help_text="The path of the request.")
    request_id = serializers.CharField(help_text="Finds the request in our logs.")
    errors = ProblemErrorSerializer(many=True, required=False)  # type: ignore[assignment]


class StrictDecimal(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """drf-spectacular's own pattern of a decimal number takes "", "1." and ".5" too."""

    target_class = "todoproject.api.fields.StrictDecimalField"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:  # noqa: ARG002  theirs
        return {"type": "string", "format": "decimal", "pattern": self.target.pattern}


def problems(*slugs: str) -> dict[tuple[int, str], OpenApiResponse]:
    """Return the responses that `slugs` stand for, each with an example. Any operation may also answer 500 and 503."""
    by_status: dict[int, list[str]] = {}
    for slug in (*slugs, "internal-error", "unavailable"):
        by_status.setdefault(PROBLEM_TYPES[slug].status, []).append(slug)
    return {(status, CONTENT_TYPE): _response(found) for status, found in by_status.items()}


def _response(slugs: list[str]) -> OpenApiResponse:
    types = [PROBLEM_TYPES[slug] for slug in slugs]
    examples = [OpenApiExample(each.slug.replace("-", " "), summary=each.title, value=_example(each)) for each in types]
    return OpenApiResponse(ProblemSerializer, description=types[0].title, examples=examples)


def _example(problem: ProblemType) -> dict[str, Any]:
    example = {
        "type": f"/docs/errors/{problem.slug}",
        "title": problem.title,
        "status": problem.status,
        "detail": f"{problem.title}.",
        "instance": "/path/of/the/request",
        "request_id": "5f6f1c1b1c5a4d0c9a3e0d7e5b1f2a3c",
    }
    if problem.slug == "validation-failed":
        errors = [{"pointer": "/title", "detail": "Must be a string."}]
        return {**example, "detail": "1 value is not accepted: see errors.", "errors": errors}
    return example


def request_header(name: str, description: str, *, pattern: str = "") -> OpenApiParameter:
    """Describe an optional header of a request; `pattern` is a regular expression of all of it."""
    schema = {"type": "string"} | ({"pattern": pattern} if pattern else {})
    return OpenApiParameter(name, schema, OpenApiParameter.HEADER, description=description)


def response_header(name: str, *statuses: int) -> OpenApiParameter:
    """Say that the answers with these statuses have a header of `openapi_hooks.HEADERS`."""
    return OpenApiParameter(name, str, OpenApiParameter.HEADER, response=list(statuses))
