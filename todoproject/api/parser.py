"""Reads a JSON body as RFC 8259 and I-JSON (RFC 7493) mean it, and refuses what two readers could take differently."""

import json
import math
import re
from collections.abc import Mapping
from typing import IO, Any, NoReturn

from rest_framework.parsers import BaseParser

from todoproject.api.errors import MalformedBody, pointer_step
from todoproject.api.renderer import JSONRenderer

# Ten times what any resource has. An empty object takes 64 bytes of memory for two of a body, and more once it is read.
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
        try:
            # Writing it again finds what parses and still cannot be carried; only then it is worth a look where.
            if fractions or "\\u" in text:
                json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
        except ValueError:
            raise MalformedBody(*_what_cannot_be_carried(value)) from None
        return value


def _not_too_much(text: str) -> None:
    """Raise MalformedBody for a text of too many values, or too deep a nesting, before anything is made of it."""
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


def _what_cannot_be_carried(value: Any) -> tuple[str, str]:
    """Return the sentence and the JSON Pointer of a lone surrogate or a number beyond a float in `value`."""
    # A place is (place above, step): whole pointers of a million places deep down would fill the memory.
    left: list[tuple[Any, Any]] = [(None, value)]
    while left:
        place, here = left.pop()
        if isinstance(here, dict) and SURROGATE.search("".join(here)):
            return "A key holds a lone surrogate, which no UTF-8 text can carry.", _pointer(place)
        for step, below in here.items() if isinstance(here, dict) else enumerate(here):
            if isinstance(below, dict | list):
                left.append(((place, step), below))
            elif isinstance(below, str) and SURROGATE.search(below):
                return "Holds a lone surrogate, which no UTF-8 text can carry.", _pointer((place, step))
            elif isinstance(below, float) and math.isinf(below):
                return "Must be a number that is not beyond a float.", _pointer((place, step))
    raise AssertionError("only those two cannot be written")


def _pointer(place: Any) -> str:
    steps: list[str] = []
    while place is not None:
        place, step = place
        steps.insert(0, f"/{pointer_step(step)}")
    return "".join(steps)


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise MalformedBody("An object of the body names the same key twice.")
    return found


def _no_constant(name: str) -> NoReturn:
    raise MalformedBody(f"{name} is no JSON number.")
