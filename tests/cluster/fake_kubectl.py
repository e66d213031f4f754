"""A kubectl for the tests of the tools: it writes down its words, and does what the file `answers` (shell) says."""

from pathlib import Path


def install(folder: Path) -> str:
    """Make the program in a folder and return its path."""
    script = folder / "kubectl"
    # Without `--namespace service`, which every call begins with.
    script.write_text(f'#!/bin/sh\nshift 2\necho "$*" >> {folder}/words\necho $$ > {folder}/pid\n. {folder}/answers\n')
    script.chmod(0o755)
    return str(script)


def words(folder: Path) -> list[str]:
    return (folder / "words").read_text().splitlines()
