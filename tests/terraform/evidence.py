"""Keeps what Terraform did for readers: EVIDENCE=docs/evidence writes terraform/ there, from the stories."""

import re
from collections.abc import Mapping
from pathlib import Path

from tests.terraform.stories import Story

LEFT_OUT = """\
What Terraform printed against the emulator, without progress lines, values that are known after the apply, arguments
that are false, 0 or empty, and the tags that every resource has. A document is `jsonencode(…)` or `<<-EOT …`. `done` is
Terraform's "complete" line. Of a resource with several instances the first one has all arguments, the others have
those that differ. docs/evidence/README.md says how to read a step.
"""
LIKE_DEV = (
    "Of a resource or value that dev has too (dev.txt, awake), the first step shows what differs but for the name.\n"
)
# What a terminal shows while one waits, and what nobody can know yet.
_NOISE = re.compile(
    r": (Refreshing state|Reading|Read complete|Still \w+|Creating|Destroying|Modifying)\.{3}"
    r"|: (Refreshing state|Read complete)|\((known after apply|write-only attribute)\),?$"
    r"|^ +# \(\d+ unchanged .* hidden\)$|^ *$"
    r'|^ +\+ "(CostCentre|Environment|ManagedBy|Owner|Project)" += '
    r"|^Terraform used the selected providers|^plan\. Resource actions|^Terraform will perform the following actions"
    r"|^ +(\+ create|<= read .*|~ update in-place)$"
)
# The same five tags on everything, and documents that become the argument `policy` of what uses them.
_REPEATED = re.compile(
    r"^ +[+~-]? ?tags_all +(?:= )?\{\n(?:.*\n)*? +\}.*\n"
    r"|^  # \S*data\.\S+ will be read during apply\n(?:.*\n)*?    \}\n",
    re.MULTILINE,
)
_JSON = re.compile(r"^(( +)(?:[+~-] )?\S+ += )jsonencode\(\n(?:.*\n)*?\2  \)( .*)?$", re.MULTILINE)
_TEXT = re.compile(r"^(.* = <<-?EOT)\n(?:.*\n)*? *EOT$", re.MULTILINE)
_UNSET = re.compile(r'^ +\+ \S+ += (?:false|0|""|\[\]|\{\})\n', re.MULTILINE)
# The line above names the resource already.
_RESOURCE = re.compile(r"^ *\S+ resource \S+ \S+ \{\n((?:.*\n)*?)    \}\n", re.MULTILINE)
_ONE_VALUE = re.compile(r"^( *[+~-] .*[{\[])\n +(?:[+~-] )?(.*[^\n{\[(,]),?\n +([}\]],?)$", re.MULTILINE)
_EMPTY = re.compile(r"^ +\+ .*[{\[]\n +[}\]],?\n", re.MULTILINE)
_DONE = re.compile(r"^(\S.*): (?:Creation|Modifications|Destruction) complete(.*)\n", re.MULTILINE)
_PLANNED = re.compile(r"^  # (\S+) (?:will be .*|must be replaced)$", re.MULTILINE)
_CREATED = re.compile(r"^  # (\S+) will be created.*\n((?:      .*\n)*)", re.MULTILINE)
_ARGUMENT = re.compile(r"^      \+ .*\n(?:        .*\n)*", re.MULTILINE)
_INSTANCES = re.compile(
    r"^(  # \S+)\[([^]]+)\] (will be \w+(?:: done)?).*\n\1\[([^]]+)\] \3.*\n(?!      )", re.MULTILINE
)
_VALUE = re.compile(r'^  "\w+" = .*\n', re.MULTILINE)
# Terraform prints the outputs again after the apply, complete.
_PLANNED_OUTPUTS = re.compile(r"^Changes to Outputs:\n(?:  .*\n)+(?=(?:.*\n)*Outputs:\n)", re.MULTILINE)
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
    (r"\b(\d{14}[0-9a-f]{0,12}|[0-9A-F]{32})\b", "…"),
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
    text = _RESOURCE.sub(r"\1", _JSON.sub(r"\1jsonencode(…)\3", _TEXT.sub(r"\1 …", text)))
    text = _EMPTY.sub("", _ONE_VALUE.sub(r"\1 \2 \3", text))
    text = _PLANNED_OUTPUTS.sub("", text)
    done = dict(_DONE.findall(text))
    return _PLANNED.sub(
        lambda found: found[0] + (f": done{done[found[1]]}" if found[1] in done else ""), _DONE.sub("", text)
    )


Arguments = dict[str, str]


def resources(text: str) -> dict[str, Arguments]:
    """Return the arguments of each resource that is created, by its address; without the key, of its first instance."""
    found: dict[str, Arguments] = {}
    for address, body in _CREATED.findall(text):
        arguments = {" ".join(each.split()): each for each in _ARGUMENT.findall(body)}
        found.setdefault(_without_key(address), arguments)
        found[address] = arguments
    return found


def differences(text: str, like: str) -> str:
    """Return the text with only those arguments of a resource that differ from the same one in `like`, another text.

    If `like` has none, from the first instance, in `like` or in the text. A resource that is new has all that are set.
    Of the values in the outputs, too, only those that differ stay.
    """
    own, shown, values = resources(text), resources(like), set(_VALUE.findall(like))

    def short(found: re.Match[str]) -> str:
        address, resource = found[1], _without_key(found[1])
        head, arguments = found[0].partition("\n")[0] + "\n", own[address]
        model = shown.get(address) or shown.get(resource)
        if not model:
            shown[resource] = arguments
            return head + _EMPTY.sub("", _UNSET.sub("", found[2]))
        gone = sorted({_name(each) for each in model} - {_name(each) for each in arguments})
        lines = [each for known, each in arguments.items() if known not in model]
        return "".join([head, *lines, *(f"      {name}: not set, or known after the apply\n" for name in gone)])

    return _VALUE.sub(lambda found: "" if found[0] in values else found[0], _CREATED.sub(short, text))


def _without_key(address: str) -> str:
    return re.sub(r"\[[^]]*\]", "", address)


def _name(argument: str) -> str:
    return argument.split()[1]


def joined(text: str) -> str:
    """Return the text with one line for instances that have no arguments to show."""
    again = 1
    while again:
        text, again = _INSTANCES.subn(r"\1[\2, \4] \3\n", text)
    return text


def _told(step: str, story: Story, like: str) -> str:
    text = readable(story.outputs[step])
    if step in {"asleep", "staging"} or "destroyed" in step:
        return joined("".join(f"{line}\n" for line in text.splitlines() if _BRIEF.search(line)))
    return joined(differences(text, like))


def write(folder: Path, stories: Mapping[str, Story]) -> None:
    """Write a file for each story, its steps in their order."""
    dev = readable(stories["dev"].outputs["awake"])
    for name, story in stories.items():
        like = re.sub(r"\bdev\b", "prod", dev) if name == "prod" else ""
        told = [f"==== {step}\n{_told(step, story, like)}" for step in story.outputs if step in _STEPS[name]]
        refused = story.refusals | (
            {"an apply while another one runs": story.lock_refusal} if story.lock_refusal else {}
        )
        reasons: dict[str, list[str]] = {}
        for step, finished in refused.items():
            reasons.setdefault(readable(finished.output).partition("Error: ")[2], []).append(step)
        told += [f"==== refused: {', '.join(steps)}\nError: {reason}" for reason, steps in reasons.items()]
        head = LEFT_OUT + LIKE_DEV if like else LEFT_OUT
        (folder / "terraform" / f"{name}.txt").write_text("\n".join([head, *told]))
