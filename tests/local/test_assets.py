"""static/ is collected again when something that brings assets has changed, and only then."""

import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from local import assets


@pytest.fixture
def collected(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Any]:
    """Return the commands that were run instead of collecting."""
    calls: list[Any] = []

    def run(command: list[str], **_: Any) -> SimpleNamespace:
        calls.append(command)
        (tmp_path / "staticfiles.json").touch()
        return SimpleNamespace(returncode=0)

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(assets, "MANIFEST", tmp_path / "staticfiles.json")
    monkeypatch.setattr(assets, "STAMP", tmp_path / "stamp")
    return calls


def test_nothing_is_collected_twice(collected: list[Any]) -> None:
    assert [assets.collect_assets({}), assets.collect_assets({})] == [True, False]
    assert len(collected) == 1


def test_another_django_than_the_locked_one_brings_other_assets(
    collected: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """CI runs the next Django first: its static/ lacked a script, and a page of the admin was a 500."""
    assets.collect_assets({})
    monkeypatch.setattr(assets, "version", lambda _name: "6.1")
    assert assets.collect_assets({})
