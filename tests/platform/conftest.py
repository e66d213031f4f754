"""Stages of the installer's tests. Nothing here needs Django, a database or a cluster."""

import sys
from pathlib import Path

import pytest

from tests.platform.stage import NAMES, ROOT, SAMPLE, Stage, build

# The installer is imported by its own name, as `make platform` does.
sys.path.insert(0, str(ROOT / "platform"))


@pytest.fixture
def first(tmp_path: Path) -> Stage:
    """A repository below a long path with a space, for the environment that comes first."""
    return build(tmp_path / "a clone", NAMES[0])


@pytest.fixture
def production(tmp_path: Path) -> Stage:
    """The same for one that real users depend on."""
    return build(tmp_path / "a clone", SAMPLE)
