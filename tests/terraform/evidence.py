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
    """Write each step of a story to a file of its own where EVIDENCE names a folder; return the story."""
    if folder := os.environ.get("EVIDENCE"):
        target = Path(folder) / "terraform"
        target.mkdir(parents=True, exist_ok=True)
        for step, output in story.outputs.items():
            header = f"# {name}: {step}, against the emulator"
            (target / f"{name}-{step.replace(' ', '-')}.txt").write_text(f"{header}\n{readable(output)}")
        if story.lock_refusal:
            (target / f"{name}-second-apply-refused.txt").write_text(
                f"# {name}: an apply while another one runs\n{readable(story.lock_refusal.output)}"
            )
    return story
