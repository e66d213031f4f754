"""Reads the objects of a kubectl command from its words."""

from collections.abc import Iterator

from tests.monitoring.commands import Command

# Flags of our runbooks that take the next word.
VALUED = {"-n", "-l", "-L", "-o", "-p", "-k", "--type"}


def option(command: Command, name: str) -> str | None:
    """Return the value of a flag, written with a space or with an equals sign; None without it."""
    for word, following in zip(command.words, [*command.words[1:], ""], strict=True):
        if word == name:
            return following
        if word.startswith(f"{name}="):
            return word.removeprefix(f"{name}=")
    return None


def operands(command: Command) -> list[str]:
    """Return the verb and what follows it, without flags, and without what a container is to run."""
    words = [*command.words[1:], "--"]
    own = words[: words.index("--")]
    return [
        word for before, word in zip(["", *own], own, strict=False) if before not in VALUED and not word.startswith("-")
    ]


def things(command: Command) -> Iterator[tuple[str, str]]:
    """Yield (kind, name) of what a command asks for or changes; the name is empty for all of a kind."""
    verb, *rest = operands(command)
    if verb == "rollout":
        rest = rest[1:]
    if verb == "create":
        rest = [option(command, "--from") or ""]
    if verb in {"apply", "top"} or not rest or not rest[0]:
        return
    if "/" in rest[0]:
        kind, name = rest[0].split("/")
    elif verb == "logs":
        kind, name = "pod", rest[0]
    else:
        kind, name = rest[0], "".join(rest[1:2])
    for each in kind.split(","):
        yield each, name
