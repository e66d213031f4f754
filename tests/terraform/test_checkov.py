"""checkov finds nothing that is not explained beside the resource."""

import json
import re
from pathlib import Path

import pytest

from tests.terraform.processes import run
from tests.terraform.requirements_of_tests import missing
from tests.terraform.terraform import SOURCE


def executable() -> str:
    """checkov pins many libraries, so it lives in an environment of its own (requirements/checkov.toml)."""
    found = SOURCE.parent / ".venv-checkov" / "bin" / "checkov"
    if not found.exists():
        missing("checkov is not installed", "make terraform-test")
    return str(found)


@pytest.mark.ci
def test_checkov_has_no_unexplained_finding() -> None:
    command: list[str | Path] = [
        executable(),
        "--directory",
        SOURCE,
        "--framework",
        "terraform",
        "--skip-download",
        "--quiet",
        "--output",
        "json",
    ]
    finished = run([*command, "--skip-path", r"\.terraform/"], timeout=1200)
    report = json.loads(finished.output[finished.output.index("{") :])
    failed = [
        f"{check['check_id']} {check['resource']} {check['file_path']}" for check in report["results"]["failed_checks"]
    ]
    assert failed == []
    assert report["summary"]["passed"] > 500, "it has looked at something"


def test_every_exception_gives_a_reason() -> None:
    for file in SOURCE.rglob("*.tf"):
        for reason in re.findall(r"checkov:skip=\w+:?(.*)", file.read_text()):
            assert len(reason.strip()) >= 8, file
