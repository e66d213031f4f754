"""Objects that kubectl kustomize renders."""

import sys
from pathlib import Path
from typing import Any

import yaml

from tests.platform.stage import ROOT
from tests.terraform.processes import run


def rendered(folder: str | Path) -> list[dict[str, Any]]:
    """Return the objects of a kustomization; raise AssertionError with kubectl's words."""
    done = run([Path(sys.executable).parent / "kubectl", "kustomize", ROOT / folder], timeout=60)
    assert done.status == 0, done.output
    return [each for each in yaml.safe_load_all(done.output) if each]
