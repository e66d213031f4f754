"""python -m pipeline.openapi_changes OLD NEW

Compares two OpenAPI documents and says what of the new one breaks a client of the old one. Ends with 1 when something
does, unless `info.version` has a higher first number: then it is an announced, new version of the API. Either file may
be REVISION:PATH, as git knows it: origin/main:docs/openapi.yaml.

oasdiff knows more. It is a program of its own that neither PyPI nor npm has, so that no lock of this repository could
hold it.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from pipeline.command import CommandError, exit_on_failure, output
from pipeline.openapi_schemas import Comparison, Schema, resolved

METHODS = ("get", "put", "post", "patch", "delete", "head", "options")


def breaking(old: Schema, new: Schema) -> list[str]:
    """Return a sentence for every change that breaks a client."""
    found: list[str] = []
    for path, item in old["paths"].items():
        for method in METHODS:
            if method in item:
                now = new["paths"].get(path, {}).get(method)
                name = f"{method.upper()} {path}"
                found += [f"{name}: removed"] if now is None else _operation(name, item[method], now, old, new)
    return found


def _operation(name: str, before: Schema, after: Schema, old: Schema, new: Schema) -> Iterator[str]:
    yield from _parameters(name, before, after, old, new)
    body, now = (resolved(each.get("requestBody", {}), whole) for each, whole in ((before, old), (after, new)))
    if now.get("required") and not body.get("required"):
        yield f"{name}: a request body is now required"
    yield from _contents(f"{name} request", body, now, Comparison(old, new, request=True))
    for status, response in before["responses"].items():
        if status not in after["responses"]:
            yield f"{name} {status}: removed"
            continue
        answers = resolved(response, old), resolved(after["responses"][status], new)
        yield from _contents(f"{name} {status}", *answers, Comparison(old, new, request=False))


def _parameters(name: str, before: Schema, after: Schema, old: Schema, new: Schema) -> Iterator[str]:
    known, now = (
        {(each["in"], each["name"]): each for each in (resolved(one, whole) for one in operation.get("parameters", ()))}
        for operation, whole in ((before, old), (after, new))
    )
    for key in known.keys() - now.keys():
        yield f"{name}: {key[0]} parameter {key[1]} removed"
    for key, parameter in now.items():
        if parameter.get("required") and not known.get(key, {}).get("required"):
            yield f"{name}: {key[0]} parameter {key[1]} is now required"
        if key in known:
            schemas = known[key].get("schema", {}), parameter.get("schema", {})
            yield from Comparison(old, new, request=True).changes(*schemas, f"{name} ?{key[1]}")


def _contents(where: str, before: Schema, after: Schema, comparison: Comparison) -> Iterator[str]:
    for media_type, content in before.get("content", {}).items():
        now = after.get("content", {}).get(media_type)
        if now is None:
            yield f"{where}: {media_type} removed"
        else:
            yield from comparison.changes(content.get("schema", {}), now.get("schema", {}), where)


def read(name: str) -> Any:
    """Return a document from a file or from git; raise OSError or CommandError when it is not there."""
    if Path(name).exists() or ":" not in name:
        return yaml.safe_load(Path(name).read_text())
    return yaml.safe_load(output(["git", "show", name], seconds=60))


def main(arguments: list[str]) -> int:
    """Compare and report; return the exit status."""
    if len(arguments) != 2:
        sys.stderr.write(__doc__ or "")
        return 2
    try:
        old, new = map(read, arguments)
    except CommandError as error:
        return exit_on_failure(error)
    found = breaking(old, new)
    if not found:
        sys.stdout.write("no client of the old document breaks\n")
        return 0
    sys.stdout.write("".join(f"{sentence}\n" for sentence in found))
    before, after = (int(str(document["info"]["version"]).split(".")[0]) for document in (old, new))
    if after > before:
        sys.stdout.write(f"announced: the API's version goes from {before} to {after}\n")
        return 0
    sys.stdout.write("keep what clients rely on, or raise info.version (VERSION in SPECTACULAR_SETTINGS)\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
