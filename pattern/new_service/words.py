"""The word that is replaced, as text spells it: todo, Todo, TODO, to-do, with its plurals and its article."""

import re
from collections.abc import Callable

OLD = "todo"

# Part of another word is another word (autodoc, pycryptodome), unless the letter before belongs to an escape (\n).
# Kept: the package of what every service keeps, which upstream's fixes name, and the public specification.
_WORD = re.compile(
    r"""
    (?: (?<![A-Za-z]) (?P<article> [Aa] ) (?P<gap> [ _]+ | \s+ ) )?
    (?: (?<![a-z]) | (?<= \\[nrt] ) | (?= [A-Z] ) )
    (?P<word> [Tt]o-?do | TODO )
    (?! project | [-_]?[Bb]ackend )
    (?P<plural> s (?![a-z]) | S (?![A-Z]) )?
    """,
    re.VERBOSE,
)
_VOWEL_SOUND = re.compile(r"[aio]|e(?![uw])|u(?!ni|s[aeu])")
_GAPS = re.compile(r"( {2,})")


def plural_of(name: str) -> str:
    """Return the regular English plural."""
    if re.search(r"[^aeiou]y$", name):
        return f"{name[:-1]}ies"
    return f"{name}es" if re.search(r"(s|x|z|ch|sh)$", name) else f"{name}s"


def replacing(name: str, plural: str) -> Callable[[str], str]:
    """Return what replaces the word in a text of any length."""
    letter_n = "n" if _VOWEL_SOUND.match(name) else ""

    def replacement(found: re.Match[str]) -> str:
        word = plural if found["plural"] else name
        if found["word"].isupper():
            word = word.upper()
        elif found["word"][0].isupper():
            word = word.capitalize()
        article = f"{found['article']}{letter_n}{found['gap']}" if found["article"] else ""
        return f"{article}{word}"

    return lambda text: _WORD.sub(replacement, text)


def in_columns(line: str, replaced: Callable[[str], str]) -> str:
    """Replace in one line, and let what stands behind two spaces or more keep its column where there is room."""
    indentation = line[: len(line) - len(line.lstrip(" "))]
    result, column = indentation, len(indentation)
    for index, part in enumerate(_GAPS.split(line[len(indentation) :])):
        column += len(part)
        result += replaced(part) if index % 2 == 0 else " " * max(2, column - len(result))
    return result
