"""`make incident` as a test: each failure raises the alerts it must, none that it is no reason for, and they end."""

from pathlib import Path

import pytest

from local.interruption import Interruption
from pattern.rehearsals.incident import rehearse, stage
from pattern.rehearsals.kinds import KINDS
from tests.monitoring.tools import needed

pytestmark = [pytest.mark.ci, pytest.mark.timeout(600)]


@pytest.mark.parametrize("name", KINDS)
def test_a_failure_raises_its_alerts_and_no_others_and_they_end_with_it(name: str, tmp_path: Path) -> None:
    needed("prometheus")
    interruption = Interruption()
    with stage(tmp_path, interruption) as (stack, prometheus):
        incident = rehearse(KINDS[name], stack, prometheus, interruption, undo=lambda: True)
    assert incident.problems() == []
