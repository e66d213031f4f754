"""Finds changes of a JSON schema that break one side of the wire.

A request may only be accepted more widely; a response may only be answered more narrowly.
"""

from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]

# Keyword: which way it may move in a request; a response may move it the other way.
LARGER = ("maxLength", "maximum", "maxItems")
SMALLER = ("minLength", "minimum", "minItems")


class Comparison:
    """Schemas of an old and a new document, compared for requests or for responses."""

    def __init__(self, old: Schema, new: Schema, *, request: bool) -> None:
        self._old, self._new, self._request = old, new, request
        self._seen: set[tuple[str, str]] = set()

    def changes(self, old: Schema, new: Schema, where: str) -> Iterator[str]:
        """Yield a sentence for everything that breaks a client."""
        pair = (old.get("$ref", ""), new.get("$ref", ""))
        if all(pair) and pair in self._seen:
            return
        self._seen.add(pair)
        old, new = resolved(old, self._old), resolved(new, self._new)
        if old.get("type") != new.get("type"):
            yield f"{where}: type {old.get('type')} became {new.get('type')}"
            return
        yield from self._keywords(old, new, where)
        yield from self._properties(old, new, where)
        if "items" in old and "items" in new:
            yield from self.changes(old["items"], new["items"], f"{where}[]")

    def _keywords(self, old: Schema, new: Schema, where: str) -> Iterator[str]:
        nullable = bool(old.get("nullable")), bool(new.get("nullable"))
        if nullable == ((True, False) if self._request else (False, True)):
            yield f"{where}: null is {'no longer accepted' if self._request else 'now possible'}"
        before, after = set(map(str, old.get("enum", ()))), set(map(str, new.get("enum", ())))
        if self._request and after and (lost := before - after if before else {"anything else"}):
            yield f"{where}: {', '.join(sorted(lost))} is no longer accepted"
        if not self._request and before and (more := after - before if after else {"anything else"}):
            yield f"{where}: {', '.join(sorted(more))} is now possible"
        for keyword in (*LARGER, *SMALLER):
            if self._narrower(keyword, old.get(keyword), new.get(keyword)):
                yield f"{where}: {keyword} {old.get(keyword, 'absent')} became {new.get(keyword, 'absent')}"
        if self._request and new.get("pattern") and new["pattern"] != old.get("pattern"):
            yield f"{where}: a pattern is demanded: {new['pattern']}"
        if old.get("format") != new.get("format"):
            yield f"{where}: format {old.get('format')} became {new.get('format')}"

    def _narrower(self, keyword: str, old: float | None, new: float | None) -> bool:
        if old == new:
            return False
        if not self._request:
            old, new = new, old
        if new is None:
            return False
        return old is None or (new < old if keyword in LARGER else new > old)

    def _properties(self, old: Schema, new: Schema, where: str) -> Iterator[str]:
        before, after = old.get("properties", {}), new.get("properties", {})
        for name in sorted(before.keys() - after.keys()):
            yield f"{where}.{name}: removed"
        needed_before, needed_after = set(old.get("required", ())), set(new.get("required", ()))
        if self._request:
            for name in sorted(needed_after - needed_before):
                yield f"{where}.{name}: now required"
        else:
            for name in sorted((needed_before - needed_after) & after.keys()):
                yield f"{where}.{name}: no longer always there"
        for name in sorted(before.keys() & after.keys()):
            yield from self.changes(before[name], after[name], f"{where}.{name}")


def resolved(schema: Schema, document: Schema) -> Schema:
    """Follow `$ref` and `allOf` into one schema."""
    if "$ref" in schema:
        target: Any = document
        for part in schema["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        return resolved(target, document)
    merged = {name: value for name, value in schema.items() if name != "allOf"}
    for part in schema.get("allOf", ()):
        merged = resolved(part, document) | merged
    return merged
