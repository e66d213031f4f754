"""What is rendered is what somebody has looked at: `make golden` accepts a change, and `git diff` shows it."""

import difflib

import pytest

from tests.kustomize.conftest import Renderings
from tests.kustomize.golden_files import FOLDER, PARTS, golden
from tests.kustomize.rendering import ENVIRONMENTS


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_rendering_is_the_golden_one(renderings: Renderings, environment: str) -> None:
    kept = (FOLDER / f"{environment}.txt").read_text()
    rendered = golden({part: renderings[environment, part] for part in PARTS})
    difference = difflib.unified_diff(kept.splitlines(), rendered.splitlines(), "golden", "rendered", lineterm="", n=2)
    lines = "\n".join(list(difference)[:60])
    assert not lines, f"overlays/{environment} renders otherwise. If that is meant: make golden\n{lines}"
