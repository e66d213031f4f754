"""Rendered manifests equal those that somebody has read: `make golden` accepts a change, `git diff` shows it."""

import difflib

from tests.kustomize.conftest import Renderings
from tests.kustomize.golden_files import FOLDER, golden


def test_the_renderings_are_the_golden_ones(renderings: Renderings) -> None:
    written = golden(renderings)
    assert set(FOLDER.iterdir()) == set(written), "make golden"
    for path, text in written.items():
        difference = difflib.unified_diff(
            path.read_text().splitlines(), text.splitlines(), "golden", "rendered", lineterm="", n=2
        )
        lines = "\n".join(list(difference)[:60])
        assert not lines, f"{path.stem} renders otherwise. If that is meant: make golden\n{lines}"
