"""`make restore-drill`: a point-in-time restore loses nothing that was committed, and the drill notices if it does."""

import re
from pathlib import Path

import pytest

from local.restore_drill import Drill, drill

pytestmark = pytest.mark.slow

SECONDS = 0.5


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for above in (tmp_path, *tmp_path.parents[:3]):
        if above.stat().st_mode & 0o777 == 0o700:
            above.chmod(0o755)  # PostgreSQL runs as another user where we are root
    return tmp_path / "drill"


def test_a_restore_to_a_moment_under_writes_loses_no_acknowledged_row(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert drill(folder, seconds=SECONDS) == 0
    said = capsys.readouterr().err
    assert re.search(r" [1-9][0-9,]* rows were acknowledged before: 0 lost, 0 too many", said)
    for step in ("backup, under writes", "until the archive has everything", "restore to the moment"):
        assert re.search(rf"\d\.\d s  {step}", said)


@pytest.mark.parametrize(
    ("shift", "wrong"),
    [
        (-0.3, r"[1-9]\d* lost, 0 too many"),
        pytest.param(0.3, r"0 lost, [1-9]\d* too many", marks=pytest.mark.ci),
    ],
)
def test_the_drill_fails_for_a_restore_to_another_moment(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, shift: float, wrong: str
) -> None:
    restore = Drill.restore
    monkeypatch.setattr(Drill, "restore", lambda self, moment: restore(self, moment + shift))
    assert drill(folder, seconds=SECONDS) == 1
    assert re.search(wrong, capsys.readouterr().err)
