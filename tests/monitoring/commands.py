"""The commands that a text tells its reader to type."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.monitoring.tools import MONITORING

ROOT = MONITORING.parent
RUNBOOKS = sorted((ROOT / "docs" / "runbooks").glob("*.md"))
TEXTS = [*RUNBOOKS, MONITORING / "README.md"]
# What stands for a value that the reader puts in.
PLACEHOLDER = re.compile(r"[A-Z]{3,}|.*…")


@dataclass(frozen=True)
class Command:
    """One program with its arguments, and the text that names it."""

    file: Path
    words: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.file.name}: {shlex.join(self.words)}"

    @property
    def program(self) -> str:
        return self.words[0]


def code(text: str) -> Iterator[str]:
    """Yield every line of a block and every span of code; a block is fenced, or indented by four outside a list."""
    fenced, indented, before = False, False, ""
    for line in text.splitlines():
        if line.startswith("```"):
            fenced = not fenced
        elif fenced or (line.startswith("    ") and (indented or not before.strip())):
            indented = not fenced
            yield line.strip()
        else:
            indented = False
            yield from (found[1] for found in re.findall(r"(?<!`)(`{1,2})(?!`)(.+?)(?<!`)\1(?!`)", line))
        before = line


def commands(file: Path) -> list[Command]:
    """Return the commands of a text: what a shell would run, comments and substitutions taken apart."""
    found: list[Command] = []
    joined = file.read_text().replace("\\\n", " ")
    for span in code(joined):
        bare = re.sub(r'"?\$\(([^)]*)\)"?', r"; \1 ;", re.sub(r"(^| )#.*$", "", span))
        for part in re.split(r"&&|;|(?<!')\|(?!')", bare):
            try:
                words = shlex.split(part)
            except ValueError as error:
                raise ValueError(f"{file.name}: {part}: {error}") from error
            if words:
                found.append(Command(file, tuple(words)))
    return found


def of_program(*programs: str) -> list[Command]:
    """Return every command of every text that one of these programs runs."""
    return [each for file in TEXTS for each in commands(file) if each.program in programs]
