"""Each exception of the image's scan has a reason and an end."""

import datetime
from typing import Any

import pytest
import yaml

from tests.workflows.workflow import ROOT, WORKFLOWS

LONGEST = datetime.timedelta(days=90)
FILE = ROOT / ".trivyignore.yaml"


def wrong(exceptions: dict[str, Any], today: datetime.date) -> list[str]:
    """Return a sentence for each exception that lacks its reason or could outlive its time."""
    found = []
    for kind, entries in exceptions.items():
        for entry in entries or ():
            end = entry.get("expired_at")
            if len(entry.get("statement", "")) < 15:
                found.append(f"{kind} {entry['id']}: no reason")
            if not isinstance(end, datetime.date) or end - today > LONGEST:
                found.append(f"{kind} {entry['id']}: no end within {LONGEST.days} days")
    return found


def test_every_exception_has_a_reason_and_an_end() -> None:
    assert wrong(yaml.safe_load(FILE.read_text()), datetime.datetime.now(tz=datetime.UTC).date()) == []


@pytest.mark.parametrize(
    "entry",
    [
        "{id: CVE-1, expired_at: 2026-02-01}",
        "{id: CVE-1, statement: not reachable without XML}",
        "{id: CVE-1, statement: not reachable without XML, expired_at: 2027-01-01}",
    ],
)
def test_an_exception_for_ever_or_for_nothing_is_found(entry: str) -> None:
    exceptions = yaml.safe_load(f"vulnerabilities: [{entry}]")
    assert len(wrong(exceptions, datetime.date(2026, 1, 1))) == 1


def test_the_scan_reads_the_file_and_blocks() -> None:
    (scan,) = [step for _, step in WORKFLOWS["image.yml"].steps if step.get("with", {}).get("exit-code")]
    assert scan["env"]["TRIVY_IGNOREFILE"] == FILE.name
    assert scan["with"]["exit-code"] == "1"
