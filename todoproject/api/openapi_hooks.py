"""Adds to the OpenAPI document the parts that every operation shares.

https://drf-spectacular.readthedocs.io/en/latest/customization.html#step-6-postprocessing-hooks
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from todoproject.api.declaration import MOST_ROWS
from todoproject.api.registry import resources
from todoproject.http.body_limit import limit_of
from todoproject.http.problems import CONTENT_TYPE

Endpoints = list[tuple[str, str, str, Any]]

# Headers and bodies that come with a status, for every operation.
WAIT = {"Retry-After": "Seconds to wait."}
HEADERS = {
    "304": {"ETag": "The ETag that is still current."},
    "401": {"WWW-Authenticate": "The challenge, RFC 6750."},
    "409": WAIT,
    "429": WAIT,
    "503": WAIT,
}
# Of the headers that are more than a text.
SCHEMAS = {
    "Retry-After": {"type": "integer", "minimum": 1},
    "Location": {"type": "string", "format": "uri"},
    "ETag": {"type": "string", "pattern": '^"[!#-~]+"$'},
}
# drf-spectacular marks equal choices by it, to give them a name; here they stay in place and need no name.
ENUM_ID = "x-spec-enum-id"
REQUEST_ID = {"X-Request-ID": "Finds the request in our logs: yours, or one that we made."}


def without_trailing_slashes(endpoints: Endpoints) -> Endpoints:
    """Show each address as its canonical form; the one with a slash is the same resource."""
    return [(path.rstrip("/"), regex, method, callback) for path, regex, method, callback in endpoints]


def finished(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Return the document with headers by status, examples that name their own address, and complete answers."""
    for path, operation in _operations(result):
        for parameter in operation.get("parameters", []):
            parameter["schema"].pop(ENUM_ID, None)
        operation["description"] = operation["description"].replace("``", "`")
        operation.setdefault("security", [])  # drf-spectacular leaves it out where no token is needed
        for status, response in operation["responses"].items():
            headers = response.setdefault("headers", {})
            # A 409 passes by waiting only where an Idempotency-Key may be in use, which may also be reused.
            known = HEADERS.get(status, {}) if status != "409" or "422" in operation["responses"] else {}
            for name, description in {**known, **REQUEST_ID}.items():
                headers.setdefault(name, {"schema": {"type": "string"}, "description": description})
            for name in headers.keys() & SCHEMAS:
                headers[name]["schema"] = SCHEMAS[name]
            for media in response.get("content", {}).values():
                if media.get("schema", {}).get("type") == "array":
                    media["schema"]["maxItems"] = MOST_ROWS
            for example in response.get("content", {}).get(CONTENT_TYPE, {}).get("examples", {}).values():
                example["value"]["instance"] = re.sub(r"\{\w+\}", "42", path)
                if "errors" in example["value"] and "requestBody" not in operation:
                    example["value"]["errors"] = [{"pointer": "?limit", "detail": "Must be a whole number."}]
    _say_limits(result)
    _finish_schemas(result["components"]["schemas"])
    used = {tag for _, operation in _operations(result) for tag in operation.get("tags", [])}
    tags = [
        {"name": each.name, "description": each.scope.sentence.format(column=each.scope.column)}
        for each in resources()
        if each.name in used
    ]
    result["tags"] = [*tags, *result.get("tags", [])]
    return result


def _say_limits(result: dict[str, Any]) -> None:
    for path, operation in _operations(result):
        if "requestBody" in operation:
            operation["requestBody"]["description"] = f"At most {limit_of(path):,} bytes; else 413."


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
