"""Every overlay, rendered once for all tests."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.kustomize.rendering import ENVIRONMENTS, PARTS, SOURCE, Rendering, kubectl, render

Renderings = dict[tuple[str, str], Rendering]


@pytest.fixture(scope="session")
def renderings() -> Renderings:
    """The rendering of each environment's part: `renderings["prod", "blue"]`."""
    kubectl()
    keys = [(environment, part) for environment in ENVIRONMENTS for part in PARTS]
    with ThreadPoolExecutor(4) as pool:
        return dict(zip(keys, pool.map(lambda key: render(SOURCE / "overlays" / Path(*key)), keys), strict=True))


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of kustomize/ that a test may change."""
    return Path(shutil.copytree(SOURCE, tmp_path / "kustomize", symlinks=True))
