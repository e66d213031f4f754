"""Tests of the release tool, against a scripted kubectl; no Django, no PostgreSQL, no network."""

import hashlib
import os
import site
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from moto import mock_aws

from tests.deploy.account import Account
from tests.deploy.world import ROOT, Scene


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
def scene(tmp_path: Path, first: bytes) -> Scene:
    """A local cluster in which blue serves build a, at three pods, and green has never been."""
    return Scene(tmp_path, kept=first)


@pytest.fixture
def released(tmp_path: Path, second: bytes) -> Scene:
    """A local cluster in which green serves build b, and blue stands by with build a."""
    return Scene(tmp_path, kept=second)


@pytest.fixture(scope="session")
def first(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    scene = Scene(tmp_path_factory.mktemp("first"))
    assert scene.release("a", "--first") == 0, scene.output
    scene.content |= {"load": 3, "commands": []}
    return scene.kept()


@pytest.fixture(scope="session")
def second(tmp_path_factory: pytest.TempPathFactory, first: bytes) -> bytes:
    scene = Scene(tmp_path_factory.mktemp("second"), kept=first)
    assert scene.release("b") == 0, scene.output
    assert scene.live == "green"
    scene.content["commands"] = []
    return scene.kept()


@pytest.fixture
def account(tmp_path: Path) -> Iterator[Account]:
    """An environment on AWS, prod, in which nothing has been released; its alarms are quiet."""
    os.environ |= {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
    with mock_aws():
        account = Account(Scene(tmp_path, "prod"))
        for name in account.required:
            account.alarm(name, "OK")
        yield account


@pytest.fixture
def prod(account: Account) -> Scene:
    """Prod, in which blue serves build a."""
    scene: Scene = account.scene
    assert scene.release("a", "--first") == 0, scene.output
    scene.content |= {"load": 3, "commands": []}
    return scene
