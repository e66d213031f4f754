"""`python -m local.checks` looks at what it says it looks at."""

import pytest

from local import checks


@pytest.mark.parametrize("names", ["CODE", "SECURITY"])
def test_a_folder_that_is_gone_fails_every_check(
    names: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(checks, names, (*getattr(checks, names), "orders"))
    monkeypatch.setattr("sys.argv", ["checks", "yaml"])
    assert checks.main() == 1
    assert capsys.readouterr().out == ("local/checks.py checks orders, which is not there: name what took its place.\n")


def test_the_security_check_reads_the_service_its_resource_and_what_starts_them() -> None:
    (check,) = [check for check in checks.CHECKS if check.name == "security"]
    assert check.command[-3:] == checks.SECURITY == ("todoproject", "todos", "local")
