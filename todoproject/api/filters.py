"""The query parameters that narrow a list."""

from dataclasses import dataclass


class Filter:
    """One or more query parameters over columns of the model."""


@dataclass(frozen=True)
class Exact(Filter):
    """Rows whose `column` (the parameter's own name by default) has this value."""

    column: str = ""


@dataclass(frozen=True)
class Range(Filter):
    """Rows between two bounds: `<name>_before` and `<name>_after` of a time, `<name>_min` and `<name>_max` of a number."""

    column: str = ""


class Search(Filter):
    """Rows of which one of `columns` holds this text, upper and lower case alike."""

    def __init__(self, *columns: str) -> None:
        self.columns = columns
