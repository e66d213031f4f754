"""Tests of the release tool, against a scripted kubectl; no Django, no PostgreSQL, no network."""

import hashlib
import os
import site
import sys
from pathlib import Path

import pytest

from tests.deploy.world import ROOT, Scene, image


@pytest.fixture(scope="session", autouse=True)
def builds(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Let the real kubectl build each kustomization once."""
    kustomize = sorted(path for path in (ROOT / "kustomize").rglob("*") if path.is_file())
    stamp = hashlib.sha256(b"".join(path.read_bytes() for path in kustomize)).hexdigest()
    os.environ |= {
        "STAMP": stamp,
        "BUILDS": str(tmp_path_factory.mktemp("builds")),
        "REAL_KUBECTL": str(Path(sys.prefix) / "bin" / "kubectl"),
        "SITE_PACKAGES": ":".join(site.getsitepackages()),
    }


@pytest.fixture
def empty(tmp_path: Path) -> Scene:
    """A local cluster in which nothing has been released."""
    return Scene(tmp_path)


@pytest.fixture
def scene(empty: Scene) -> Scene:
    """A local cluster in which blue serves build a, at three pods, and green has never been."""
    assert empty.release("a", "--first") == 0, empty.output
    empty.change(load=3, commands=[])
    return empty


@pytest.fixture
def released(scene: Scene) -> Scene:
    """A local cluster in which green serves build b, and blue stands by with build a."""
    assert scene.release("b") == 0, scene.output
    assert scene.live == "green"
    assert image("b") == scene.thing("Deployment", "todo-green")["spec"]["template"]["spec"]["containers"][0]["image"]
    scene.change(commands=[])
    return scene
