"""Adds to the OpenAPI document the parts that every operation shares.

https://drf-spectacular.readthedocs.io/en/latest/customization.html#step-6-postprocessing-hooks
"""

import json
from collections.abc import Iterator
from typing import Any

from todoproject.api.declaration import MOST_ROWS
from todoproject.api.registry import resources
from todoproject.http.body_limit import limit_of
from todoproject.http.problems import CONTENT_TYPE

Endpoints = list[tuple[str, str, str, Any]]

TEXT = {"type": "string"}
#: The headers of answers, each with its schema and description.
HEADERS = {
    "ETag": ({**TEXT, "pattern": '^"[!#-~]+"$'}, "A strong ETag of the current representation."),
    "Idempotency-Replayed": (TEXT, "`true` when this is the first answer again."),
    "Link": (TEXT, 'RFC 8288; rel="next" and rel="prev", absent at the ends.'),
    "Location": ({**TEXT, "format": "uri"}, "The address of the new row."),
    "Retry-After": ({"type": "integer", "minimum": 1}, "Seconds to wait."),
    "WWW-Authenticate": (TEXT, "The challenge, RFC 6750."),
    "X-Request-ID": (TEXT, "Finds the request in our logs: yours, or one that we made."),
}
#: The header that comes with a problem.
BY_PROBLEM = {
    "NotAuthenticated": "WWW-Authenticate",
    "Conflict": "Retry-After",
    "TooManyRequests": "Retry-After",
    "Unavailable": "Retry-After",
}
# drf-spectacular marks equal choices by it, to give them a name; here they stay in place and need no name.
ENUM_ID = "x-spec-enum-id"


def without_trailing_slashes(endpoints: Endpoints) -> Endpoints:
    """Show each address as its canonical form; the one with a slash is the same resource."""
    return [(path.rstrip("/"), regex, method, callback) for path, regex, method, callback in endpoints]


def finished(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Return the document with complete answers, and with each error and each header described once."""
    errors: dict[str, Any] = {}
    for path, operation in _operations(result):
        for parameter in operation.get("parameters", []):
            parameter["schema"].pop(ENUM_ID, None)
        operation["description"] = operation["description"].replace("``", "`")
        operation.setdefault("security", [])  # drf-spectacular leaves it out where no token is needed
        if "requestBody" in operation:
            operation["requestBody"]["description"] = f"At most {limit_of(path):,} bytes; else 413."
        _finish_answers(operation, errors)
    _finish_schemas(result["components"]["schemas"])
    headers = {name: {"schema": schema, "description": words} for name, (schema, words) in HEADERS.items()}
    result["components"] |= {"headers": headers, "responses": dict(sorted(errors.items()))}
    used = {tag for _, operation in _operations(result) for tag in operation.get("tags", [])}
    tags = [
        {"name": each.name, "description": each.scope.sentence.format(column=each.scope.column)}
        for each in resources()
        if each.name in used
    ]
    result["tags"] = [*tags, *result.get("tags", [])]
    return result


def _finish_answers(operation: dict[str, Any], errors: dict[str, Any]) -> None:
    """Complete the answers of an operation; move its errors to `errors`, where other operations refer to them too."""
    for status, answer in operation["responses"].items():
        content, headers = answer.get("content", {}), answer.setdefault("headers", {})
        problems = content.get(CONTENT_TYPE, {}).get("examples", {})
        known = {*headers, "X-Request-ID", *(header for problem, header in BY_PROBLEM.items() if problem in problems)}
        headers |= {name: {"$ref": f"#/components/headers/{name}"} for name in sorted(known & HEADERS.keys())}
        for media in content.values():
            if media.get("schema", {}).get("type") == "array":
                media["schema"]["maxItems"] = MOST_ROWS
        name = "Or".join(problems)
        if "ValidationFailed" in problems and "requestBody" not in operation:
            problems["ValidationFailed"]["value"] |= {
                "errors": [{"pointer": "?limit", "detail": "Must be a whole number."}]
            }
            name += "InQuery"
        # A view may describe an error otherwise: then it stays with the operation.
        if name and errors.setdefault(name, answer) == answer:
            operation["responses"][status] = {"$ref": f"#/components/responses/{name}"}


def _finish_schemas(schemas: dict[str, Any]) -> None:
    for name, schema in schemas.items():
        # An answer has every member; the schema of the request says which ones a request may leave out.
        if not name.endswith("Request") and name != "Problem":
            schema["required"] = sorted(schema["properties"])
        for member in schema["properties"].values():
            member.pop(ENUM_ID, None)
            # In words: a generated client sends a default in a PATCH that does not name the member, and demands it
            # in a POST.
            default = member.pop("default", None)
            if default is not None and name.endswith("Request") and not name.startswith("Patched"):
                sentences = [member.get("description", ""), f"Without it: `{json.dumps(default)}`."]
                member["description"] = " ".join(filter(None, sentences))


def _operations(result: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in result["paths"].items():
        for operation in methods.values():
            yield path, operation
