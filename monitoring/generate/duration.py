"""Durations as Prometheus writes them, and shorter ones for rehearsals."""

import re

SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400}

# Inside of brackets, and behind `offset`: the only places of a query where a duration stands.
IN_QUERY = re.compile(r"(?<=\[)\d+(?:ms|[smhd])(?=\])|(?<=offset )\d+(?:ms|[smhd])")


def seconds(text: str) -> float:
    """Return ``1h`` as 3600.0; raises ValueError for what is no single number with a unit."""
    found = re.fullmatch(r"(\d+)(ms|[smhd])", text)
    if not found:
        raise ValueError(f"{text!r} is no duration such as 30s, 5m, 1h or 30d")
    return int(found[1]) * SECONDS[found[2]]


def shortened(text: str, factor: int) -> str:
    """Return a duration divided by `factor`; with 60, an hour is a minute."""
    return text if factor == 1 else f"{round(seconds(text) * 1000 / factor)}ms"


def query_shortened(query: str, factor: int) -> str:
    """Return a query whose windows and offsets are divided by `factor`."""
    return IN_QUERY.sub(lambda found: shortened(found[0], factor), query)
