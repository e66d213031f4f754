"""Every decision in docs/adr has one form, and its index leads to it."""

import re

from tests.postgresql_plugin import ROOT

ADR = ROOT / "docs" / "adr"
RECORDS = sorted(ADR.glob("[0-9]*.md"))
FORM = re.compile(
    r"# (?P<number>\d{4})\. .+\n\n"
    r"Status: (Accepted|Superseded by \[\d{4}\]\((?P<successor>[^)]+)\)) \([A-Z][a-z]+ \d{4}\).*\n\n"
    r"## Context\n\n[\s\S]+\n\n## Decision\n\n[\s\S]+\n\n## Consequences\n\n[\s\S]+\n\n## Alternatives\n\n[\s\S]+\n"
)


def test_a_record_has_number_status_context_decision_consequences_and_alternatives() -> None:
    for record in RECORDS:
        found = FORM.fullmatch(record.read_text(encoding="utf-8"))
        assert found, f"{record.name}: see docs/adr/README.md, last paragraph"
        assert record.name.startswith(found["number"])
        assert found["successor"] is None or (ADR / found["successor"]).is_file(), record.name


def test_the_index_leads_to_every_record() -> None:
    named = re.findall(r"\((\d{4}[\w-]*\.md)\)", (ADR / "README.md").read_text(encoding="utf-8"))
    assert sorted(named) == [record.name for record in RECORDS]
