"""Stages of the installer's tests. Nothing here needs Django, a database or a cluster."""

import sys
from pathlib import Path

import pytest

from tests.platform.stage import ROOT, Stage, build

# The installer is imported by its own name, as `make platform` does.
sys.path.insert(0, str(ROOT / "platform"))


@pytest.fixture
def dev(tmp_path: Path) -> Stage:
    """A repository below a long path with a space."""
    return build(tmp_path / "a clone", "dev")


@pytest.fixture
def prod(tmp_path: Path) -> Stage:
    """The same for prod."""
    return build(tmp_path / "a clone", "prod")
