"""Sums up what the covered suites, and the processes they started, have run."""

import os
import sys
import time
from pathlib import Path

from local.background import Background
from local.result import Result
from local.state import ROOT

REPORT_SECONDS = 120


def coverage_of(background: Background, folder: Path) -> Result:
    """Combine the data files in `folder` into .coverage and print the report; below the floor is a failure."""
    started, log = time.monotonic(), folder / "coverage.log"
    environment = {**os.environ, "COVERAGE_FILE": str(ROOT / ".coverage")}
    for words in (("combine", "--quiet", str(folder)), ("report",)):
        command = [sys.executable, "-m", "coverage", *words]
        code = background.run(command, environment=environment, log=log, seconds=REPORT_SECONDS)
        if code != 0:
            break
    print(f"── coverage: todos and todoproject, by every process ──\n{log.read_text(errors='replace')}", flush=True)
    return Result("coverage", time.monotonic() - started, passed=int(code == 0), failed=int(code != 0))
