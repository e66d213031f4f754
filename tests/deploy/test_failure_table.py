"""The table of failures in deploy/README.md, the kinds in the code and the injected failures are one list."""

import re

from deploy.arguments import EPILOG
from deploy.failures import KINDS
from tests.deploy.test_failures import TESTED
from tests.deploy.world import ROOT

ROWS = re.findall(r"^\| (\d+) \| ([a-z-]+) \|", (ROOT / "deploy" / "README.md").read_text(), re.MULTILINE)


def test_every_failure_is_in_the_readme_with_its_exit_code_and_in_order() -> None:
    assert [(int(code), name) for code, name in ROWS] == [(kind.code, kind.name) for kind in KINDS]


def test_every_failure_of_the_readme_is_injected_by_a_test() -> None:
    assert {name for _, name in ROWS} == TESTED


def test_exit_codes_are_distinct_and_the_help_explains_their_tens() -> None:
    codes = [kind.code for kind in KINDS]
    assert len(codes) == len(set(codes))
    assert {code // 10 * 10 for code in codes if code >= 10} == {int(ten) for ten in re.findall(r"(\d0)-\d9", EPILOG)}
