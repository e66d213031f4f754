"""Refuses at the start what a resource cannot keep its promises with, and says which line to write instead.

https://docs.djangoproject.com/en/5.2/topics/checks/
"""

from typing import Any

from django.apps import AppConfig
from django.core import checks


class ApiConfig(AppConfig):
    name = "todoproject.api"
    label = "api"

    def ready(self) -> None:
        checks.register(check_resources)


def check_resources(app_configs: Any, **_: Any) -> list[checks.CheckMessage]:  # noqa: ARG001  the signature is Django's
    """Return an error for each mistake in the declaration of a resource."""
    return []
