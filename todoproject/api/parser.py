"""Reads a JSON body by RFC 8259 and I-JSON (RFC 7493), and refuses bodies that two readers could read differently."""

import json
import math
import re
from collections.abc import Mapping
from typing import IO, Any, NoReturn

from rest_framework.parsers import BaseParser

from todoproject.api.errors import MalformedBody, pointer_step
from todoproject.api.renderer import JSONRenderer

# Ten times as many as any resource has. An empty object takes two bytes of a body and at least 64 bytes of memory.
MOST_VALUES = 1_000
DEEPEST = 32

STRING = re.compile(r'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
SURROGATE = re.compile("[\ud800-\udfff]")


class StrictJSONParser(BaseParser):
    """UTF-8 without BOM that holds an object; no duplicate keys, NaN, Infinity, lone surrogates or too deep nesting."""

    media_type = "application/json"
    renderer_class = JSONRenderer

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,  # noqa: ARG002  the signature is DRF's
        parser_context: Mapping[str, Any] | None = None,  # noqa: ARG002
    ) -> Any:
        """Return the parsed body, a JSON object; raise `MalformedBody` (400) with place and reason."""
        try:
            text = stream.read().decode("utf-8")
        except UnicodeDecodeError:
            raise MalformedBody("The body is not UTF-8.") from None
        if text.startswith("\ufeff"):
            raise MalformedBody("The body starts with a byte order mark: send UTF-8 without it.")
        _not_too_much(text)
        fractions: list[str] = []
        hooks: dict[str, Any] = {"object_pairs_hook": _without_duplicates, "parse_constant": _no_constant}
        try:
            value = json.loads(text, parse_float=lambda each: fractions.append(each) or float(each), **hooks)  # type: ignore[func-returns-value]
        except json.JSONDecodeError as error:
            raise MalformedBody(f"The body is not JSON: {error.msg} at character {error.pos}.") from None
        except ValueError:  # sys.set_int_max_str_digits
            raise MalformedBody("The body holds a number of too many digits.") from None
        if not isinstance(value, dict):
            raise MalformedBody("The body is not a JSON object.")
        if fractions or "\\u" in text:  # every other value that parses can be stored and answered
            _check_carried(value)
        return value


def _not_too_much(text: str) -> None:
    """Raise MalformedBody for too many values or too deep a nesting, before the text is parsed."""
    opened = text.count("[") + text.count("{")
    if opened <= DEEPEST and text.count(",") < MOST_VALUES:  # strings included: most bodies need no second look
        return
    bare = STRING.sub("", text)
    if bare.count(",") + bare.count("[") + bare.count("{") > MOST_VALUES:
        raise MalformedBody(f"The body holds more than {MOST_VALUES:,} values.")
    depth = 0
    for bracket in re.findall(r"[\[\]{}]", bare):
        depth += 1 if bracket in "[{" else -1
        if depth > DEEPEST:
            raise MalformedBody("The body is nested too deep.")


def _check_carried(value: Any, pointer: str = "") -> None:
    """Raise MalformedBody for a lone surrogate, or a number beyond a float, with its JSON Pointer."""
    if isinstance(value, dict) and SURROGATE.search("".join(value)):
        raise MalformedBody("A key holds a lone surrogate, which no UTF-8 text can carry.", pointer)
    if isinstance(value, str) and SURROGATE.search(value):
        raise MalformedBody("Holds a lone surrogate, which no UTF-8 text can carry.", pointer)
    if isinstance(value, float) and math.isinf(value):
        raise MalformedBody("Must be a number that is not beyond a float.", pointer)
    if isinstance(value, dict | list):
        for step, below in value.items() if isinstance(value, dict) else enumerate(value):
            _check_carried(below, f"{pointer}/{pointer_step(step)}")


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise MalformedBody("An object of the body names the same key twice.")
    return found


def _no_constant(name: str) -> NoReturn:
    raise MalformedBody(f"{name} is no JSON number.")
