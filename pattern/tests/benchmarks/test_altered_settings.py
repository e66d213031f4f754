"""Each variant of the service is one: what it takes away is there in the service's settings."""

import os
import subprocess
import sys

import pytest

from local.state import ROOT
from pattern.benchmarks.altered_settings import AFTER_START, ALTERATIONS


@pytest.mark.slow
@pytest.mark.parametrize("name", [*ALTERATIONS, *AFTER_START])
def test_an_alteration_alters_the_settings(name: str) -> None:
    altered = shown(
        "from pattern.benchmarks.altered_settings import INSTALLED_APPS, MIDDLEWARE, LOGGING, DATABASES",
        ALTERATION=name,
    )
    assert altered != shown("from todoproject.settings import INSTALLED_APPS, MIDDLEWARE, LOGGING, DATABASES")


def shown(names: str, **variables: str) -> str:
    """Return these settings as a process with `variables` has them."""
    command = [sys.executable, "-c", f"{names}; print(INSTALLED_APPS, MIDDLEWARE, LOGGING, DATABASES)"]
    environment = {
        "PATH": os.environ["PATH"],
        "DEBUG": "true",
        "DATABASE_URL": "postgres://a:b@localhost/c",
        **variables,
    }
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True, timeout=60)
    return done.stdout
