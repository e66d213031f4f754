"""Writes the documents of a client's service: README, CHANGELOG, its first decision, the notice in LICENSE."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

from local.naming import edit

if TYPE_CHECKING:
    from pathlib import Path

#: The notice that every copy keeps.
OURS = r"^Copyright .* The todo-service authors$"
#: The sections of this README that a client's README keeps. The others are about this repository.
SECTIONS = ("Start", "I want to …", "Where things are")
RECORD = "1001-a-clone-of-the-reference.md"
ADR = """\
# 1001. {title} is a clone of the reference service

Status: Accepted ({month})

## Context

{title} needs a REST API on AWS that stores no credential, releases without downtime and has a known bill.

## Decision

It starts as a clone of {upstream} at {commit}. `project.json` records both. Our decisions have numbers from 1001, so
that they do not collide with upstream's.

## Consequences

`make update` merges newer versions of the parts that we kept, and runs the fast tests. We keep parts that a smaller
service would not have, and read `docs/changes.md` at each update.

## Alternatives

- A service written from nothing: months until releases, alarms and costs are reliable.
- A template that is filled in once: no updates afterwards.
"""
README = """\
# {title}

A REST service on AWS, with an admin. [CHANGELOG](CHANGELOG.md) lists the changes. It was made from
[a reference]({upstream}); `make update` merges newer versions of it.

"""
CHANGELOG = """\
# Changelog

## Unreleased

- {title} starts from {upstream} at {commit}.
"""


def write(root: Path, title: str, upstream: str, commit: str) -> None:
    """Write the documents of a service."""
    words = {
        "title": title,
        "upstream": upstream,
        "commit": commit[:12],
        "month": time.strftime("%B %Y", time.gmtime()),
    }
    readme = (root / "README.md").read_text(encoding="utf-8")
    texts = {
        "README.md": README.format(**words) + sections(readme),
        "CHANGELOG.md": CHANGELOG.format(**words),
        f"docs/adr/{RECORD}": ADR.format(**words),
    }
    for path, text in texts.items():
        (root / path).write_text(text, encoding="utf-8")
    row = f"| **{title}** | |\n| Where does this repository come from? | [1001 a clone]({RECORD}) |"
    edit(root, "docs/adr/README.md", {r"\A([\s\S]*?^\|---\|---\|)$": rf"\1\n{row}"})
    if f"The {title} authors" not in (root / "LICENSE").read_text(encoding="utf-8"):
        edit(root, "LICENSE", {OURS: rf"\g<0>\nCopyright (c) {time.gmtime().tm_year} The {title} authors"})


def sections(readme: str) -> str:
    """Return the sections that a client's README keeps, without the line about pattern/."""
    parts = re.split(r"^## (.+)\n", readme, flags=re.MULTILINE)
    kept = "\n".join(f"## {name}\n{parts[parts.index(name) + 1].rstrip()}\n" for name in SECTIONS if name in parts)
    return re.sub(r"^    pattern/ .*\n", "", kept, flags=re.MULTILINE)
