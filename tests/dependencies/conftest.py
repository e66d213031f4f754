"""The service of the process tests, for those who take away, or change, what it depends on."""

from tests.process.conftest import caller, operator_name, serve, stage

__all__ = ["caller", "operator_name", "serve", "stage"]
