"""Lets `manage.py check`, and every command that checks first, look at the resources."""

from django.apps import AppConfig
from django.core import checks


class ApiConfig(AppConfig):
    name = "todoproject.api"
    label = "api"

    def ready(self) -> None:
        """Register the checks, which need the models."""
        from todoproject.api.checks import check_resources  # noqa: PLC0415

        checks.register(check_resources)
