"""Reads an ``Accept`` header by RFC 9110 §12.5.1: the most specific media range decides, and ``q=0`` excludes.

Django and DRF drop ``q=0``, so that ``*/*`` beside it wins. Parameters such as a charset are ignored: JSON has none.
"""

from collections.abc import Iterator
from contextlib import suppress

from django.http.request import MediaType

PROBLEM = "application/problem+json"
JSON_RANGES = {"application/json": 2, "application/*": 1, "*/*": 0}


def media_ranges(header: str) -> Iterator[tuple[str, float]]:
    """Yield each media range of an ``Accept`` header, in lower case, with its quality; skip malformed ones."""
    for token in header.lower().split(","):
        with suppress(ValueError):  # a parameter in an encoding that does not exist
            media_type = MediaType(token.strip())
            yield f"{media_type.main_type}/{media_type.sub_type}", media_type.quality


def quality_of_json(header: str) -> float:
    """Return the quality of application/json, from 0 to 1; an empty header accepts everything."""
    matching = [(JSON_RANGES[name], quality) for name, quality in media_ranges(header) if name in JSON_RANGES]
    return max(matching)[1] if matching else float(not header.strip())


def accepts_json(header: str) -> bool:
    """Say whether the API may answer: with JSON, or with problem details if JSON is not named.

    A generated client names the types that an operation documents; for a DELETE these are its problems alone.
    """
    named = dict(media_ranges(header))
    return quality_of_json(header) > 0 or (named.get(PROBLEM, 0) > 0 and "application/json" not in named)


def prefers_html(header: str) -> bool:
    """Say whether ``Accept`` names text/html, as browsers do, with a higher quality than JSON."""
    named = [quality for name, quality in media_ranges(header) if name == "text/html"]
    return bool(named) and max(named) > quality_of_json(header)
