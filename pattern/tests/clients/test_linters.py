"""Other people's linters find nothing in the OpenAPI document, and find a fault that they should know."""

from pathlib import Path

import pytest

from tests.npm_package import installed
from tests.postgresql_plugin import ROOT
from tests.terraform.processes import Finished, run

pytestmark = pytest.mark.ci
DOCUMENT = ROOT / "docs/openapi.yaml"


@pytest.fixture(scope="module")
def modules() -> Path:
    return installed(ROOT / "pattern/tests/clients")


def redocly(modules: Path, document: Path) -> Finished:
    """Lint by the recommended rules; a warning is a failure too."""
    options = ["--extends=recommended", "--max-problems=100", "--format=stylish"]
    return run([modules / ".bin/redocly", "lint", document, *options], timeout=120, folder=document.parent)


def spectral(modules: Path, document: Path, folder: Path) -> Finished:
    rules = folder / "spectral.yaml"
    rules.write_text('extends: ["spectral:oas"]\n')
    return run([modules / ".bin/spectral", "lint", document, "--ruleset", rules, "--fail-severity=hint"], timeout=120)


def test_redocly_finds_nothing(modules: Path) -> None:
    checked = redocly(modules, DOCUMENT)
    assert checked.status == 0, checked.output
    assert "warning" not in checked.output.lower().replace("deprecation warning", ""), checked.output


def test_spectral_finds_nothing(modules: Path, tmp_path: Path) -> None:
    checked = spectral(modules, DOCUMENT, tmp_path)
    assert checked.status == 0, checked.output


def test_both_find_an_operation_without_security(modules: Path, tmp_path: Path) -> None:
    broken = tmp_path / "openapi.yaml"
    broken.write_text(
        DOCUMENT.read_text(encoding="utf-8").replace("      security: []\n", "").replace("servers:", "x-s:")
    )
    assert "security-defined" in redocly(modules, broken).output
    assert "oas3-api-servers" in spectral(modules, broken, tmp_path).output
