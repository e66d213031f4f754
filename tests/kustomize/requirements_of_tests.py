"""A tool that a machine lacks: the test is skipped with the reason and the command that installs it; in CI it fails."""

import os
from typing import NoReturn

import pytest


def missing(reason: str, install: str) -> NoReturn:
    """Skip the test on a laptop, fail it in CI, so that no green run there has tested nothing."""
    message = f"{reason}; install it: {install}"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)
