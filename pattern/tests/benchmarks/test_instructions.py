"""Instructions are counted where they belong: by the address behind a function's name, with all that it calls."""

import pytest

from pattern.benchmarks import instructions

DUMP = """\
fn=(1) 0x00000000004a0000
0 100
cfn=(2) 0x0000000009c4d000'2
calls=3 0
0 5000
0 20
cfn=(2)
calls=1 0
* 700

fn=(2)
0 5700
totals: 9000
"""


def test_a_function_has_what_all_its_callers_spent_in_it() -> None:
    assert instructions.inclusive(DUMP, {0x9C4D000: "view (views)"}) == {"view (views)": 5700, "all": 9000}


def test_layers_add_up_to_all() -> None:
    functions = {"all": 9000.0, "Worker.handle (worker)": 7000.0, "Parser.__next__ (parser)": 500.0}
    found = instructions.layers(functions)
    assert found["the loop, and handing over to a thread"] == 2000
    assert sum(found.values()) == pytest.approx(9000, abs=len(found))
