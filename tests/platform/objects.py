"""Objects that kubectl kustomize renders."""

from pathlib import Path
from typing import Any

from tests.kustomize.rendering import render
from tests.platform.stage import ROOT


def rendered(folder: str | Path) -> list[dict[str, Any]]:
    """Return the objects of a kustomization of this clone."""
    return [each for each in render(ROOT / folder).objects if each]
