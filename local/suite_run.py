"""Runs one suite, and shows its output when it has ended."""

import os
import sys
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path

from local.background import Background
from local.result import Result, read_report
from local.suites import Suite

NO_TESTS = 5  # pytest's exit code where none was collected: a suite may have no fast ones

_printing = threading.Lock()


@dataclass(frozen=True)
class SuiteRun:
    """How suites are run: where logs, reports and coverage data go."""

    background: Background
    folder: Path
    cover: bool = False

    def result_of(self, suite: Suite) -> Result:
        """Run `suite` to its end, at most `suite.seconds`."""
        if suite.lacks:
            return Result(suite.name, 0, skips=(suite.lacks,))
        if not suite.python.exists():
            return Result(suite.name, 0, failed=1, note=f"{suite.environment} is missing: `make` makes it")
        started, log, report = time.monotonic(), *(self.folder / f"{suite.name}.{kind}" for kind in ("log", "xml"))
        code = self.background.run(
            suite.command(report=report, covered=self.cover and suite.covered),
            environment=self._environment(),
            log=log,
            seconds=suite.seconds,
        )
        if suite.fast and code == NO_TESTS:
            code = 0
        result = read_report(suite.name, report, code=code, seconds=time.monotonic() - started)
        if suite.left_out:
            result = replace(result, skips=(*result.skips, suite.left_out))
        with _printing:
            print(f"── {suite.name}: {suite.reason} ──\n{log.read_text(errors='replace')}{result}\n")
            sys.stdout.flush()
        return result

    def _environment(self) -> dict[str, str]:
        # pytest rewrites some hundred modules; keeping them saves 5 s a run.
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        return {**kept, "COVERAGE_FILE": str(self.folder / ".coverage")}
