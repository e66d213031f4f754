"""The service of the process tests, for those who watch one that somebody else has started."""

from tests.process.conftest import caller, serve, stage

__all__ = ["caller", "serve", "stage"]
