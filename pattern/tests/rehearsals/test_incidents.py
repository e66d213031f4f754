"""`make incident` as a test: each failure raises the alerts it must, none that it is no reason for, and they end.

Its pictures are drawn too.
"""

from pathlib import Path

import pytest

from local.interruption import Interruption
from pattern.rehearsals.incident import rehearse, stage
from pattern.rehearsals.kinds import KINDS
from pattern.rehearsals.measurements import PYTHON, draw
from tests.monitoring.tools import needed
from tests.terraform.requirements_of_tests import missing

pytestmark = [pytest.mark.ci, pytest.mark.timeout(600)]


@pytest.mark.parametrize("name", KINDS)
def test_a_failure_raises_its_alerts_and_no_others_they_end_with_it_and_it_is_drawn(name: str, tmp_path: Path) -> None:
    needed("prometheus")
    if not PYTHON.exists():
        missing("the pictures have no environment", "make .venv-pattern/ready")
    interruption = Interruption()
    with stage(tmp_path, interruption) as (stack, prometheus):
        incident = rehearse(KINDS[name], stack, prometheus, interruption, undo=lambda: True)
        drawn = draw(incident, prometheus, tmp_path / "pictures")
    assert incident.problems() == []
    assert [path.name for path in drawn] == [f"{each}.png" for each in (f"incident-{name}", *KINDS[name].dashboards)]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in drawn)
