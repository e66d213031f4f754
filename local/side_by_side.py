"""Runs the static checks and the suites beside each other, one a core, and sums up what they came to."""

import os
import signal
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from local.background import Background
from local.check_run import run_checks
from local.coverage_run import coverage_of
from local.result import Result, summary
from local.suite_run import SuiteRun
from local.suites import Suite

if TYPE_CHECKING:
    from local.checks import Check


def run(checks: Sequence["Check"], suites: Sequence[Suite] = (), *, cover: bool = False) -> int:
    """Run all, also after a failure; return 0 if nothing failed. The last line is the sum of all counts, alone."""
    started = time.monotonic()
    # All three end what runs, which has sessions of its own and would go on. In the background of a shell SIGINT comes
    # ignored, and would be so for pytest too, which is ended by it.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="todo-checks-") as folder:
        lanes = (os.cpu_count() or 1) + sum(suite.waits_here for suite in suites)
        pool = ThreadPoolExecutor(max_workers=lanes)
        try:
            with Background() as background:
                results = _results(pool, checks, suites, SuiteRun(background, Path(folder), cover=cover))
        except KeyboardInterrupt:
            return 130
        finally:
            pool.shutdown(cancel_futures=True)
    print(summary(results, time.monotonic() - started), flush=True)
    return 1 if any(result.failed for result in results) else 0


def _results(
    pool: ThreadPoolExecutor, checks: Sequence["Check"], suites: Sequence[Suite], suite_run: SuiteRun
) -> list[Result]:
    # What waits most comes first: it takes a lane, and no core from the others. Then the checks: they fail soonest.
    waiting = [suite for suite in suites if suite.waits_here]
    futures = [pool.submit(suite_run.result_of, suite) for suite in waiting]
    if checks:
        futures.append(pool.submit(run_checks, checks, suite_run.background, suite_run.folder))
    futures += [pool.submit(suite_run.result_of, suite) for suite in suites if suite not in waiting]
    results = [future.result() for future in futures]
    return [*results, coverage_of(suite_run.background, suite_run.folder)] if suite_run.cover else results
