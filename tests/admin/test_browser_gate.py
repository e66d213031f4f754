"""Without a browser its tests are skipped, with the command that installs one; in CI, where it is, they fail."""

import pytest

from tests.admin.browser import executable
from tests.postgresql_plugin import ROOT


@pytest.mark.parametrize(("ci", "outcome"), [("", pytest.skip.Exception), ("true", pytest.fail.Exception)])
def test_a_missing_browser_is_named(monkeypatch: pytest.MonkeyPatch, ci: str, outcome: type[Exception]) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome, match="apt-get install chromium"):
        executable()


def test_ci_installs_it() -> None:
    assert '"chromium chromium ' in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
