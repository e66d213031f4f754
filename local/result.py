"""What a suite or the static checks came to, and the closing summary of all of them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree  # nosec B405  pytest wrote it a moment ago


@dataclass(frozen=True)
class Result:
    """Counts, and the reason of every skip; a suite that ends without a report has one failure, `note`."""

    name: str
    seconds: float
    passed: int = 0
    failed: int = 0
    skips: tuple[str, ...] = ()
    note: str = ""

    def __str__(self) -> str:
        note = f"   {self.note}" if self.note else ""
        counts = f"{self.passed:5} passed {self.failed:4} failed {len(self.skips):4} skipped"
        return f"{self.name:<13}{counts} {self.seconds:7.1f} s{note}"


def read_report(name: str, report: Path, *, code: int | None, seconds: float) -> Result:
    """Read JUnit's XML. An error is a failure; a test that fails and whose teardown fails too counts twice.

    `code` is pytest's exit code, None where it was ended because it took too long.
    """
    if code is None:
        return Result(name, seconds, failed=1, note="took too long and was ended: see its log")
    try:
        cases = list(ElementTree.parse(report).iter("testcase"))  # noqa: S314  # nosec B314  pytest wrote it
    except (OSError, ElementTree.ParseError):
        return Result(name, seconds, failed=1, note=f"ended without a report (exit code {code}): see its log")
    failed = sum(any(case.find(kind) is not None for kind in ("failure", "error")) for case in cases)
    skips = tuple(
        f"{case.get('classname', '')}::{case.get('name', '')}: {skip.get('message', '')}"
        for case in cases
        if (skip := case.find("skipped")) is not None
    )
    if code and not failed:  # interrupted, nothing collected, a plugin's own refusal
        return Result(name, seconds, len(cases) - len(skips), 1, skips, f"exit code {code}: see its log")
    return Result(name, seconds, len(cases) - failed - len(skips), failed, skips)


def summary(results: Sequence[Result], seconds: float) -> str:
    """Return a line for each result, each skip with its reason, and all counts alone on the last line."""
    skips = Counter(f"{result.name}: {skip}" for result in results for skip in result.skips)
    passed, failed = sum(result.passed for result in results), sum(result.failed for result in results)
    lines = [
        f"── summary after {seconds:.0f} s ──",
        *map(str, results),
        *(f"skipped    {skip}{f' ({count} times)' if count > 1 else ''}" for skip, count in skips.items()),
        f"{passed} passed, {failed} failed, {skips.total()} skipped",
    ]
    return "\n".join(lines)
