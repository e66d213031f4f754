"""Runs the static checks one after the other: a line each, the output of what failed, also after a failure."""

import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from local.background import Background
from local.check_environment import check_environment
from local.program import program
from local.result import Result

if TYPE_CHECKING:
    from local.checks import Check

CHECK_SECONDS = 600


def run_checks(checks: Sequence["Check"], background: Background, folder: Path) -> Result:
    """Run all of them; logs and what they need are kept in `folder`."""
    started, failed, skips = time.monotonic(), list[str](), list[str]()
    for check in checks:
        if background.ended:
            break
        if check.needs and not program(check.needs).exists():
            skips.append(f"{check.name}: no {check.needs}; install it: apt-get install {check.needs}")
            print(f"{check.name:<11}skipped", flush=True)
        elif not _passes(check, background, folder):
            failed.append(check.name)
    passed = len(checks) - len(failed) - len(skips)
    return Result("checks", time.monotonic() - started, passed, len(failed), tuple(skips), ", ".join(failed))


def _passes(check: "Check", background: Background, folder: Path) -> bool:
    started, log = time.monotonic(), folder / f"check-{check.name}.log"
    code = background.run(
        [sys.executable, *check.command],
        environment=check_environment(check.environment, folder / "secrets") if check.environment else dict(os.environ),
        log=log,
        seconds=CHECK_SECONDS,
    )
    outcome = f"{'passed' if code == 0 else 'failed'} {time.monotonic() - started:6.1f} s   {check.reason}"
    output = f"\n{log.read_text(errors='replace').strip()}" if code != 0 else ""
    print(f"{check.name:<11}{outcome}{output}", flush=True)
    return code == 0
