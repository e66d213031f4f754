"""The service's settings, with the resources of tests/conformance beside its own."""

from todoproject.settings import *  # noqa: F403
from todoproject.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.conformance"]
ROOT_URLCONF = "tests.conformance.api"
