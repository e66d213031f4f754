"""The dated price table."""

import datetime
import tomllib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Price:
    """US dollars for one unit, and where and when that was read."""

    usd: float
    unit: str
    source: str
    date: datetime.date


PATH = Path(__file__).with_name("prices.toml")


def load(path: Path = PATH) -> dict[str, Price]:
    """Read the table; raise TypeError when a price lacks unit, source or date."""
    return {name: Price(**entry) for name, entry in tomllib.loads(path.read_text()).items()}
