"""Keeps what Terraform did for readers: EVIDENCE=docs/evidence writes terraform/ there, from the stories."""

import os
import re
from pathlib import Path

from tests.terraform.stories import Story

# What was planned and what was done. Refreshing, waiting, arguments and outputs fill megabytes and say nothing more.
_TOLD = re.compile(
    r"^ *# \S+ (will|must) be |^\S+: (Creation|Destruction|Modifications) complete"
    r"|^(Plan|Apply complete|Destroy complete|No changes)|^Error: |(the service speaks http)"
)
# Times, identifiers that the emulator invents, and colours differ from run to run.
_SCRUBBED = ((r"\x1b\[[0-9;]*m", ""), (r" after \S+( \[id=.*\])?$", ""), (r" \[id=.*\]$", ""), (r"^[│ ]+(?=\S)", ""))


def readable(output: str) -> str:
    """Return the lines that say what was planned and done, the same from run to run but for their order."""
    lines = []
    for line in output.splitlines():
        for pattern, replacement in _SCRUBBED:
            line = re.sub(pattern, replacement, line)  # noqa: PLW2901 (one scrubbing after the other)
        if _TOLD.search(line):
            lines.append(line)
    return "\n".join(lines) + "\n"


def kept(name: str, story: Story) -> Story:
    """Write the steps of a story, in their order, to a file where EVIDENCE names a folder; return the story."""
    if folder := os.environ.get("EVIDENCE"):
        told = [f"==== {step}, against the emulator\n{readable(output)}" for step, output in story.outputs.items()]
        if story.lock_refusal:
            told.append(f"==== an apply while another one runs\n{readable(story.lock_refusal.output)}")
        (Path(folder) / "terraform" / f"{name}.txt").write_text("\n".join(told))
    return story
