"""The ledger notices what the table promises: a row that is lost, and one that is there twice."""

from types import SimpleNamespace
from typing import Any

import pytest

from pattern.tests.chaos.ledger import Ledger


class Server:
    """A database with these texts."""

    def __init__(self, *texts: str) -> None:
        self.texts = texts

    def connect(self, _: str) -> Any:
        return self

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_: object) -> None: ...

    def execute(self, _: str, values: list[str]) -> Any:
        return SimpleNamespace(fetchall=lambda: [(text,) for text in self.texts if text.startswith(values[0][:-1])])


@pytest.mark.parametrize(
    ("there", "lost", "wrong"), [(("x-1", "x-2"), 0, 0), (("x-1",), 1, 0), (("x-1", "x-2", "x-2", "y-1", "y-1"), 0, 1)]
)
def test_it_counts_what_is_lost_and_what_is_there_twice(there: tuple[str, ...], lost: int, wrong: int) -> None:
    ledger = Ledger(acknowledged=["x-1", "x-2"])
    ledger.settle(Server(*there), prefix="x-")  # type: ignore[arg-type]
    assert (ledger.lost, ledger.wrong) == (lost, wrong)
