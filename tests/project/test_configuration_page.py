"""docs/configuration.md lists what the code reads, all of it and nothing else."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
READ = re.compile(
    r"""(?:env\.\w+|os\.environ\.get|os\.environ|switch|whole_number|words|choice|rate|log_group|secret)[\[(]\s*["']([A-Z][A-Z_]+)["']"""
)
FOR_DJANGO = {"DJANGO_SETTINGS_MODULE"}


def test_every_variable_that_the_code_reads_is_on_the_page_and_the_other_way_round() -> None:
    sources = [path.read_text() for path in (ROOT / "todoproject").rglob("*.py")]
    read = {name for source in sources for name in READ.findall(source)} - FOR_DJANGO
    page = (ROOT / "docs" / "configuration.md").read_text()
    listed = {
        name for row in re.findall(r"^\| (`[^|]*) \|", page, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)
    }
    assert listed == read
