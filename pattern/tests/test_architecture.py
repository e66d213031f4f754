"""The picture of the whole system is what pattern/architecture.py draws, and nothing in it lies upon something else."""

from itertools import combinations, pairwise
from xml.etree import ElementTree

import pytest

from pattern.architecture import ARROWS, BOXES, FOLDER, HEIGHT, THEMES, WIDTH, svg


@pytest.mark.parametrize("theme", THEMES)
def test_the_picture_is_fresh(theme: str) -> None:
    drawn = svg(theme)
    assert (FOLDER / f"architecture-{theme}.svg").read_text(encoding="utf-8") == drawn, "python -m pattern.architecture"
    assert ElementTree.fromstring(drawn).tag.endswith("svg")  # noqa: S314  our own


def test_boxes_are_apart_and_inside() -> None:
    for box in BOXES:
        assert 0 <= box.x <= box.x + box.width <= WIDTH
        assert 0 <= box.y <= box.y + box.height <= HEIGHT
    for one, other in combinations(BOXES, 2):
        beside = one.x + one.width < other.x or other.x + other.width < one.x
        above = one.y + one.height < other.y or other.y + other.height < one.y
        assert beside or above, (one.text, other.text)


def test_no_arrow_crosses_another() -> None:
    lines = []
    for corners, label, *_ in ARROWS:
        points = [tuple(map(int, each.split(","))) for each in corners.split()]
        lines += [(label, one, other) for one, other in pairwise(points)]
    for (label, *one), (label2, *other) in combinations(lines, 2):
        assert label == label2 or not crossing(*one, *other), (label, label2)


def crossing(a: tuple[int, ...], b: tuple[int, ...], c: tuple[int, ...], d: tuple[int, ...]) -> bool:
    """Return whether the lines a-b and c-d have a point in common."""

    def side(one: tuple[int, ...], other: tuple[int, ...], point: tuple[int, ...]) -> int:
        return (other[0] - one[0]) * (point[1] - one[1]) - (other[1] - one[1]) * (point[0] - one[0])

    if side(a, b, c) == side(a, b, d) == 0:
        return False  # two on one line
    return side(a, b, c) * side(a, b, d) <= 0 and side(c, d, a) * side(c, d, b) <= 0
