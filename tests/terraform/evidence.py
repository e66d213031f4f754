"""Keeps what Terraform did for readers: EVIDENCE=docs/evidence writes terraform/ there, from the stories."""

import os
import re
from pathlib import Path

from tests.terraform.stories import Story

LEFT_OUT = """\
What Terraform printed, against the emulator, without progress lines, values that are known after the apply, and the
tags that every resource has. A JSON document is `jsonencode(…)`. A list of one value stands on one line. `done` behind
a planned change is Terraform's "complete" line. docs/evidence/README.md says how to read a step.
"""
# What a terminal shows while one waits, and what nobody can know yet.
_NOISE = re.compile(
    r": (Refreshing state|Reading|Read complete|Still \w+|Creating|Destroying|Modifying)\.{3}"
    r"|: (Refreshing state|Read complete)|\(known after apply\),?$|^ +# \(\d+ unchanged .* hidden\)$|^ *$"
)
# The same five tags on everything, and documents that become the argument `policy` of what uses them.
_REPEATED = re.compile(
    r"^ +[+~-]? ?tags_all +(?:= )?\{\n(?:.*\n)*? +\}.*\n"
    r"|^  # \S*data\.\S+ will be read during apply\n(?:.*\n)*?    \}\n",
    re.MULTILINE,
)
_JSON = re.compile(r"^(( +)(?:[+~-] )?\S+ += )jsonencode\(\n(?:.*\n)*?\2  \)( .*)?$", re.MULTILINE)
# The line above names the resource already.
_RESOURCE = re.compile(r"^ *\S+ resource \S+ \S+ \{\n((?:.*\n)*?)    \}\n", re.MULTILINE)
_ONE_VALUE = re.compile(r"^( *[+~-] .*[{\[])\n +(?:[+~-] )?(.*[^\n{\[(,]),?\n +([}\]],?)$", re.MULTILINE)
_EMPTY = re.compile(r"^ +\+ .*[{\[]\n +[}\]],?\n", re.MULTILINE)
_DONE = re.compile(r"^(\S.*): (?:Creation|Modifications|Destruction) complete(.*)\n", re.MULTILINE)
_PLANNED = re.compile(r"^  # (\S+) (?:will be .*|must be replaced)$", re.MULTILINE)
# Of what goes, and of a copy, the line that says so; the arguments stand where it was made first.
_BRIEF = re.compile(r"# \S+ will be (created|destroyed)|^Plan: |^Destroy complete!")
# The steps that say something that no other one says.
_STEPS = {
    "dev": {"bootstrap", "awake", "awake again", "with load balancer", "asleep", "dev destroyed awake"},
    "prod": {"prod", "prod again", "staging"},
    "renamed": {"dev born asleep again", "dev destroyed asleep"},
}
# Times and what the emulator invents differ from run to run; the names of things stay.
_MASKED = (
    (r"(complete) after \S+", r"\1"),
    (r"\b(vpc|subnet|sg|sgr|rtb|rtbassoc|igw|nat|eipalloc|eni|i|lt|vpce|fl|r-rtb)-[0-9a-f]{8,17}", r"\1-…"),
    (r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", "…"),
    (r"(:secret:[\w/!-]+)-\w{6}\b", r"\1-…"),
    (r"hostedzone/Z?[0-9A-Z]{10,}", "hostedzone/…"),
    (r"\b(\d{14,26}|[0-9A-F]{32})\b", "…"),
)


def plain(output: str) -> str:
    """Return the output without colours."""
    return re.sub(r"\x1b\[[0-9;]*m", "", output)


def readable(output: str) -> str:
    """Return each change with its arguments, and whether it was done, without what LEFT_OUT names."""
    text = _REPEATED.sub("", plain(output))
    for pattern, replacement in _MASKED:
        text = re.sub(pattern, replacement, text)
    text = "".join(f"{line.rstrip()}\n" for line in text.splitlines() if not _NOISE.search(line))
    text = _RESOURCE.sub(r"\1", _JSON.sub(r"\1jsonencode(…)\3", text))
    text = _EMPTY.sub("", _ONE_VALUE.sub(r"\1 \2 \3", text))
    done = dict(_DONE.findall(text))
    return _PLANNED.sub(
        lambda found: found[0] + (f": done{done[found[1]]}" if found[1] in done else ""), _DONE.sub("", text)
    )


def _told(step: str, story: Story) -> str:
    text = readable(story.outputs[step])
    if step in {"asleep", "staging"} or "destroyed" in step:
        return "\n".join(line for line in text.splitlines() if _BRIEF.search(line)) + "\n"
    return text


def kept(name: str, story: Story) -> Story:
    """Write the steps of a story, in their order, to a file where EVIDENCE names a folder; return the story."""
    if folder := os.environ.get("EVIDENCE"):
        told = [f"==== {step}\n{_told(step, story)}" for step in story.outputs if step in _STEPS[name]]
        refused = story.refusals | (
            {"an apply while another one runs": story.lock_refusal} if story.lock_refusal else {}
        )
        told += [
            f"==== refused: {step}\nError: {readable(finished.output).partition('Error: ')[2]}"
            for step, finished in refused.items()
        ]
        (Path(folder) / "terraform" / f"{name}.txt").write_text("\n".join([LEFT_OUT, *told]))
    return story
