"""The service's settings, with the resources of tests/conformance beside its own."""

import sys

if "pytest" not in sys.modules:
    # A service that a test starts finds what the image has: DRF, Django and PyJWT would import these packages of the
    # tests where they are installed, which costs each start a sixth of its CPU time.
    for package in ("cryptography", "jinja2", "pygments", "requests"):
        sys.modules[package] = None  # type: ignore[assignment]

from todoproject.settings import *  # noqa: F403
from todoproject.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.conformance"]
ROOT_URLCONF = "tests.conformance.api"
