"""Texts for people use the words of CONTRIBUTING.md, "English"."""

import re

from tests.postgresql_plugin import ROOT
from tests.project.test_one_name import files

#: Word → the word to use instead.
BANNED = {
    r"anew": "again, or regenerate",
    r"mend(s|ed|ing)?": "fix",
    r"of ours": "our",
    r"whoever": "anybody who, or the person",
    r"he|him|his|himself|she|her|hers|herself": "they, them, their",
    r"for ever": "without end, or always",
    r"as good as (nothing|none|no)": "next to nothing",
}
WORDS = {re.compile(rf"\b({word})\b", re.IGNORECASE): instead for word, instead in BANNED.items()}
DOCSTRING = re.compile(r'"""(What|Who|How|Where|Why)\b')
#: Recorded from programs, locked, or this list.
SKIPPED = re.compile(
    r"\.(png|svg|lock|hcl)$|^requirements/|^docs/evidence/|^tests/.*\.(txt|json|golden)$|test_prose\.py$"
)


def faults(name: str, text: str) -> list[str]:
    """Return a line for each fault: file, line, word, and the word to use instead."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        found += [f"{name}:{number}: {m[0]} → {use}" for word, use in WORDS.items() if (m := word.search(line))]
        if DOCSTRING.search(line) and not name.startswith("tests/") and "/tests/" not in name:
            found.append(f"{name}:{number}: a docstring says what a thing does → start with a verb or a noun")
    return found


def test_a_banned_word_is_named_with_its_place_and_the_word_to_use() -> None:
    assert faults("a.md", "One.\nMend it.") == ["a.md:2: Mend → fix"]
    assert faults("todos/a.py", '"""What it is."""') != []


def test_texts_for_people_hold_no_banned_word() -> None:
    texts = {name: (ROOT / name).read_text(encoding="utf-8") for name in files() if not SKIPPED.search(name)}
    assert [fault for name, text in texts.items() for fault in faults(name, text)] == []
