"""deploy/release.toml explains every field, and refuses what it does not know."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from deploy.release_file import ReleaseFile
from tests.deploy.world import ROOT

FILE = ROOT / "deploy" / "release.toml"


@pytest.mark.parametrize("environment", ["local", "dev", "prod"])
def test_every_environment_has_every_field(environment: str) -> None:
    assert ReleaseFile.read(FILE, environment)


def test_fields_stand_in_the_order_of_the_type_and_each_has_a_comment() -> None:
    text = FILE.read_text().partition("\n[")[0]
    assert re.findall(r"^(\w+) =", text, re.MULTILINE) == [field.name for field in fields(ReleaseFile)]
    uncommented = [
        line
        for before, line in zip(["", *text.splitlines()], text.splitlines(), strict=False)
        if re.match(r"\w", line) and not before.startswith("#")
    ]
    assert uncommented == []


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("bake_secnds = 1", "bake_secnds"),
        ('bake_seconds = "long"', "bake_seconds = 'long' must be of type int"),
        ("bake_seconds = -1", "not negative"),
        ('alarms = "perhaps"', "one of required, watched, none"),
        ("traffic_steps = [10, 200]", "percentages from 1 to 99"),
        ("prometheus = 1", "must be of type bool"),
    ],
)
def test_a_wrong_field_is_named_with_what_is_right(tmp_path: Path, line: str, words: str) -> None:
    name = line.partition(" ")[0]
    kept = re.sub(rf"^{name} = .*\n", "", FILE.read_text(), flags=re.MULTILINE)
    file = tmp_path / "release.toml"
    file.write_text(f"{line}\n{kept}")
    with pytest.raises(ValueError, match=re.escape(words)):
        ReleaseFile.read(file, "dev")
