"""What Terraform printed, kept for readers: EVIDENCE=docs/evidence pytest tests/terraform (make evidence)."""

import os
import re
from pathlib import Path

from tests.terraform.stories import Story


def kept(name: str, story: Story) -> Story:
    """Write each step's output, without the lines that only say that time passes; return the story."""
    if folder := os.environ.get("EVIDENCE"):
        target = Path(folder) / "terraform"
        target.mkdir(parents=True, exist_ok=True)
        for step, output in story.outputs.items():
            lines = [line for line in output.splitlines() if not re.search(r": (Still|Refreshing|Reading)", line)]
            header = f"# {name}: {step}, against the emulator, {story.seconds[step]:.0f} s"
            (target / f"{name}-{step.replace(' ', '-')}.txt").write_text("\n".join([header, *lines]) + "\n")
    return story
