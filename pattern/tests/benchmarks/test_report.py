"""The document and the picture are what results.json says, and a verdict is honest."""

from typing import Any

from pattern.benchmarks import report, results, tables
from pattern.benchmarks.compared import LIST
from pattern.benchmarks.targets import TARGETS, Target

PARTS: dict[str, Any] = {
    "compared": {
        LIST: {
            "ours": [{"requests": 100, "server": 0.1, "others": 0.0}, {"requests": 300, "server": 0.1, "others": 0.2}],
            "FastAPI, same features": [
                {"requests": 50, "server": 0.1, "others": 0.0},
                {"requests": 100, "server": 0.1, "others": 0.2},
            ],
        }
    }
}


def test_the_document_is_what_was_measured() -> None:
    text = report.DOCUMENT.read_text(encoding="utf-8")
    assert report.rendered(results.read(), text) == text, "stale: run `python -m pattern.benchmarks --report`"


def test_a_ratio_is_the_median_of_the_quiet_rounds() -> None:
    ours_to_fastapi = TARGETS[0]
    assert ours_to_fastapi.shown(PARTS) == "2.00"
    assert ours_to_fastapi.shown(_rounds(0.02, 0.02, 0.02)) == "3.00 (2.00 – 3.00)"
    assert ours_to_fastapi.verdict(_rounds(0.02, 0.02, 0.02)) == "met"


def test_a_busy_machine_decides_nothing() -> None:
    assert TARGETS[0].verdict(_rounds(0.02, 0.02, 0.021)) == "not decided"
    assert TARGETS[0].verdict(_rounds(0.02, 0.02, 0.021, 0.0)) == "met"


def _rounds(*others: float) -> dict[str, Any]:
    """Return a part with a round for each share of the machine that others had during its first slice."""
    ours = [{"requests": 300, "server": 0.1, "others": share} for share in others]
    peers = [{"requests": 100 if number else 150, "server": 0.1, "others": 0.0} for number in range(len(others))]
    return {"compared": {LIST: {"ours": ours, "FastAPI, same features": peers}}}


def test_what_was_not_measured_is_not_met() -> None:
    assert [target.verdict({}) for target in TARGETS] == ["not measured"] * len(TARGETS)
    assert {target.verdict({"pod": {"not_measured": "no control groups"}}) for target in TARGETS} == {"not measured"}


def test_a_bound_holds_to_its_very_figure() -> None:
    assert Target("few", lambda _: [10.0], most=10).verdict({}) == "met"
    assert Target("few", lambda _: [10.01], most=10).verdict({}) == "**not met**"
    assert Target("many", lambda _: [9.99], least=10).verdict({}) == "**not met**"


def test_noisy_slices_are_counted_in_the_table() -> None:
    assert all(line.endswith("| 1 of 2 |") for line in tables.compared(_complete())[2:])


def _complete() -> dict[str, Any]:
    """Return PARTS with what else a slice has."""
    more = {"postgresql": 0.01, "client": 0.01, "p50": 1.0, "p99": 2.0, "seconds": 1.0}
    return {LIST: {name: [taken | more for taken in slices] for name, slices in PARTS["compared"][LIST].items()}}
