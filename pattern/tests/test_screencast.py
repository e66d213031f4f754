"""The recording: its files have their formats, and the release tool still says what they show."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from pattern.screencast.__main__ import FILES, TITLE, Recording, of_releases
from pattern.screencast.cast import COLUMNS, Event, asciicast, events_of, svg

CAST, PICTURE = (FILES.with_suffix(suffix).read_text(encoding="utf-8") for suffix in (".cast", ".svg"))
MOST_BYTES = 40_000


def test_a_cast_has_a_head_and_an_event_a_line() -> None:
    head, *events = map(json.loads, asciicast([Event(0.5, "$ é"), Event(2, "")], "Two").splitlines())
    assert (head["version"], head["title"]) == (2, "Two")
    assert events == [[0.5, "o", "$ é\r\n"], [2, "o", "\r\n"]]
    assert events_of(asciicast([Event(0.5, "$ é")], "One")) == [Event(0.5, "$ é")]


def test_a_picture_shows_every_line_wraps_long_ones_and_has_no_script() -> None:
    drawn = svg([Event(0, "a <b> & c"), Event(1, "x" * (COLUMNS + 1))], "Two")
    root = ElementTree.fromstring(drawn)  # noqa: S314  our own
    texts = [each.text for each in root.iter("{http://www.w3.org/2000/svg}text")]
    assert texts == ["a <b> & c", "x" * COLUMNS, "x"]
    assert "<script" not in drawn
    assert re.search(r"@keyframes up\{0\.000%\{.*14\.286%\{.*100%", drawn), "the second of 1 + 6 seconds"


def test_the_pictures_are_of_the_same_recording_and_hold_no_login() -> None:
    assert svg(events_of(CAST), TITLE) == PICTURE
    assert len(PICTURE) < MOST_BYTES
    assert not re.search(r"eyJ\w|password [^…]", CAST)
    times = [each.at for each in events_of(CAST)]
    assert times == sorted(times)


@pytest.mark.slow
def test_the_release_tool_says_what_the_recording_shows(tmp_path: Path) -> None:
    recording = Recording()
    of_releases(recording, tmp_path)
    lines = [each.line for each in recording.events]
    assert [each.line for each in events_of(CAST)][-len(lines) :] == lines, "make screencast"
