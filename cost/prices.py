"""The dated price tables, one a region."""

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


class UnknownRegionError(ValueError):
    """A region has no prices here."""


def load(region: str, path: Path = PATH) -> dict[str, Price]:
    """Read a region's prices; raise UnknownRegionError for another, TypeError when a price lacks a part."""
    regions = tomllib.loads(path.read_text())
    if region not in regions:
        raise UnknownRegionError(
            f"cost/prices.toml has no prices for {region}, only for {', '.join(regions)}: look them up, add them"
        )
    return {name: Price(**entry) for name, entry in regions[region].items()}
