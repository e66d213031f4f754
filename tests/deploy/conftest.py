"""Tests of the release tool, against a scripted kubectl; no Django, no PostgreSQL, no network."""

import os
import site
from pathlib import Path

import pytest

from tests.deploy.account import Account
from tests.deploy.world import Scene
from tests.kustomize.rendering import kubectl, remembered


@pytest.fixture(scope="session", autouse=True)
def builds() -> None:
    """Let the real kubectl build each kustomization once."""
    os.environ |= {
        "BUILDS": str(remembered()),
        "REAL_KUBECTL": kubectl(),
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
def account(tmp_path: Path) -> Account:
    """An environment on AWS, prod, in which nothing has been released; its alarms are quiet."""
    return Account(Scene(tmp_path, "prod"))


@pytest.fixture(scope="session")
def first_of_prod(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    scene = Account(Scene(tmp_path_factory.mktemp("prod"), "prod")).scene
    assert scene.release("a", "--first") == 0, scene.output
    scene.content |= {"load": 3, "commands": []}
    return scene.kept()


@pytest.fixture
def prod(first_of_prod: bytes, account: Account, tmp_path: Path) -> Scene:
    """Prod, in which blue serves build a."""
    account.__init__(Scene(tmp_path, "prod", kept=first_of_prod))  # type: ignore[misc]
    return account.scene
