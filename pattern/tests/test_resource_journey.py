"""From a clone to a green service of two resources without the example, by `make resource` alone, on a stopwatch.

With NIGHTLY=1 each clone ends with its own `make test`. Else the first ends with `make quick` and the other with
`make check`: the tests of a whole clone take as long as all journeys together.
"""

import os
import sys
import time
from pathlib import Path

import pytest

from pattern.new_service.changes import remove_pattern
from pattern.tests.clone import Clone

MINUTES = 10  # what the journey may take, without the gate at its end
GATES = {"work orders": "quick", "news": "check"}
#: What is typed: NAME, FIELDS, and variables besides.
JOURNEYS = {
    "work orders": (
        ("customer", "name:str(80)! phone:str(30)? active:bool=true rating:choice(1,2,3)=2", ""),
        (
            "work-order",
            "title:str(200) priority:choice(low,normal,high)=normal site:str(80)^ scheduled_for:datetime? "
            "cost:decimal(10,2) assigned_to:user? customer:customer",
            "",
        ),
    ),
    "news": (
        ("news", "headline:str(120)^ published_on:date^! pinned:bool language:choice(en,de)", "PLURAL=news"),
        (
            "MaintenanceInspectionAnalysis",
            "summary:str(200) details:text? score:decimal(5,1)=0 inspector:user grade:choice(A,B,C)^ news:news "
            "visits:int^!?",
            "PLURAL=MaintenanceInspectionAnalyses",
        ),
    ),
}


@pytest.mark.ci
@pytest.mark.timeout(2400)
@pytest.mark.parametrize("journey", JOURNEYS)
def test_two_resources_without_the_example_are_a_green_service(
    journey: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clone = Clone.of_this_tree(tmp_path / "service")
    watch: list[tuple[str, float]] = []

    def step(*words: str) -> None:
        started = time.monotonic()
        done = clone.run(*words, seconds=1800)
        watch.append((" ".join(words[:3]), time.monotonic() - started))
        assert done.returncode == 0, done.stdout[-10_000:] + done.stderr[-10_000:]

    remove_pattern(clone.root)
    step("make", "resource", "NAME=todo", "REMOVE=1")
    for name, fields, more in JOURNEYS[journey]:
        step("make", "resource", f"NAME={name}", f"FIELDS={fields}", *more.split())
    seconds = sum(each for _, each in watch)
    clone.commit("Our own resources")
    step("make", "test" if os.environ.get("NIGHTLY") else GATES[journey])
    lines = [
        f"{journey}: {seconds / 60:.1f} minutes to two resources",
        *(f"{each:6.0f} s  {words}" for words, each in watch),
    ]
    with capsys.disabled():
        sys.stdout.write("\n" + "\n  ".join(lines) + "\n")
    assert seconds < MINUTES * 60
