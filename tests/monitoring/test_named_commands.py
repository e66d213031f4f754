"""What runbooks and monitoring tell the reader to type is there: no target of make that the Makefile lacks."""

import re

from tests.monitoring.tools import MONITORING

ROOT = MONITORING.parent


def test_every_target_of_make_in_a_runbook_or_in_monitoring_exists() -> None:
    targets = set(re.findall(r"^([a-z][\w.-]*)(?= ?[^=\n]*:)", (ROOT / "Makefile").read_text(), re.MULTILINE))
    files = [*ROOT.glob("docs/runbooks/*.md"), *MONITORING.glob("*.md"), *MONITORING.glob("*.yaml")]
    named = {target for file in files for target in re.findall(r"`make ([a-z][\w-]*)", file.read_text())}
    assert named
    assert named - targets == set()


def test_every_overlay_that_a_runbook_applies_exists() -> None:
    texts = [path.read_text() for path in ROOT.glob("docs/runbooks/*.md")]
    named = {path for text in texts for path in re.findall(r" -k ([\w/.-]+)", text)}
    assert named
    assert {path for path in named if not (ROOT / path / "kustomization.yaml").is_file()} == set()
