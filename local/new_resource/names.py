"""Derives all names of a resource from one: model, app, address, plural. Refuses names that are taken."""

from __future__ import annotations

import keyword
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from local.new_resource.existing import ROOT, existing
from local.refusal import Refusal

#: Models of the service and of Django: the audit trail and the admin would not tell them apart from the new one.
MODELS = {
    "accessattempt", "accessattemptexpiration", "accessfailurelog", "accesslog", "contenttype", "counter",
    "failedlogin", "group", "idempotencyrecord", "logentry", "permission", "refreshfamily", "session", "user",
}  # fmt: skip
#: Labels of apps that are installed, whatever their module is called.
LABELS = {
    "accounts", "admin", "api", "audit", "auth", "axes", "conformance", "contenttypes", "corsheaders",
    "drf_spectacular", "drf_spectacular_sidecar", "idempotency", "maintenance", "messages",
    "rest_framework", "sessions", "staticfiles", "throttling",
}  # fmt: skip
#: First parts of the addresses that the service has, and names of its routes.
ADDRESSES = {
    "admin", "auth", "docs", "error", "errors", "healthz", "metrics", "readyz", "schema", "static", "token",
    "token-refresh",
}  # fmt: skip
#: Classes that the written files import.
IMPORTED = {
    "AppConfig", "Base", "Decimal", "DjangoModelFactory", "Everyone", "Exact", "Iterator", "LazyAttribute", "Owned",
    "PageIndex", "Range", "Resource", "ResourceAdmin", "ResourceModel", "ResourceSerializer", "Search", "SelfAttribute",
    "Sequence", "Shared", "SubFactory", "Any", "UserFactory", "User",
}  # fmt: skip
INSTEAD = {
    "user": "member", "group": "team", "session": "training-session", "permission": "permit", "message": "chat-message",
    "error": "fault-report", "account": "customer-account", "doc": "document", "schema": "form-schema",
}  # fmt: skip
IRREGULAR = {"person": "people", "child": "children", "man": "men", "woman": "women", "mouse": "mice", "foot": "feet"}
SAME = {"news", "series", "species", "equipment", "information", "software", "staff", "feedback", "data", "sheep"}
LONGEST = 40


@dataclass(frozen=True)
class Names:
    """One resource by all its names."""

    words: tuple[str, ...]
    plural_words: tuple[str, ...]

    @property
    def model(self) -> str:
        return "".join(word.capitalize() for word in self.words)

    @property
    def resource(self) -> str:
        """Return the name of the class in api.py."""
        plural = "".join(word.capitalize() for word in self.plural_words)
        return f"{plural}Resource" if plural == self.model or plural in IMPORTED else plural

    @property
    def app(self) -> str:
        return "_".join(self.plural_words)

    @property
    def path(self) -> str:
        return "-".join(self.plural_words)

    @property
    def singular(self) -> str:
        return " ".join(self.words)

    @property
    def plural(self) -> str:
        return " ".join(self.plural_words)

    @property
    def name(self) -> str:
        return "-".join(self.words)


def words_of(text: str, variable: str) -> tuple[str, ...]:
    """Return the words of ``work-order``, ``work_order``, ``WorkOrder`` or ``work order``."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", text.strip())
    words = tuple(part.lower() for part in re.split(r"[-_\s]+", parted) if part)
    if not words or not all(re.fullmatch(r"[a-z][a-z0-9]*", word) for word in words):
        example = "work-order" if variable == "NAME" else "work-orders"
        raise Refusal(f"{variable}={text}: a name has English letters, digits and hyphens: type {variable}={example}.")
    return words


def names_of(name: str, plural: str) -> Names:
    """Return all names for a NAME and a PLURAL ("" for the regular one); raise Refusal if NAME is a plural."""
    words = words_of(name, "NAME")
    if plural:
        return Names(words, words_of(plural, "PLURAL"))
    last = words[-1]
    if last in SAME:
        raise Refusal(f"{last} has no plural of its own: type make resource NAME={name} PLURAL={name} FIELDS=…")
    if re.search(r"[^su]s$", last) and not re.search(
        r"(ness|sis|xis|ris|ois|lens|gas|bias|alias|atlas|canvas|chaos)$", last
    ):
        one = "-".join((*words[:-1], re.sub(r"ies$", "y", last) if last.endswith("ies") else last[:-1]))
        raise Refusal(f"{name} looks like a plural: type the singular, NAME={one}, or both, NAME={name} PLURAL={name}.")
    return Names(words, (*words[:-1], plural_of(last)))


def plural_of(word: str) -> str:
    """Return the regular plural of a word, or a well-known irregular one."""
    if word in IRREGULAR:
        return IRREGULAR[word]
    if word.endswith("sis"):
        return f"{word[:-2]}es"
    if re.search(r"(s|x|z|ch|sh)$", word):
        return f"{word}es"
    return f"{word[:-1]}ies" if re.search(r"[^aeiou]y$", word) else f"{word}s"


def check_free(names: Names, root: Path = ROOT) -> None:
    """Raise Refusal if one of the names is taken, with a name to type instead."""
    if max(len(names.model), len(names.app)) > LONGEST:
        raise Refusal(f"NAME={names.name} has more than {LONGEST} letters: type a shorter one.")
    for taken, sentence in _reasons(names, root):
        if taken:
            better = INSTEAD.get(names.name, f"{names.name}-record")
            raise Refusal(
                f"NAME={names.name} cannot be used: {sentence}. Type another word, for example NAME={better}."
            )


def _reasons(names: Names, root: Path) -> Iterator[tuple[bool, str]]:
    same = (names.app, names.model.lower())
    there = [each for each in existing(root).values() if same[0] == each.app or same[1] == each.model.lower()]
    yield bool(there), f"there is a resource of that name in {there[0].app if there else ''}/"
    yield names.model.lower() in MODELS, f"the service has a {names.singular} already"
    words = keyword.iskeyword(names.model) or keyword.iskeyword(names.app) or names.model in IMPORTED
    yield words, f"{names.model} means something else in the files that would be written"
    yield names.app in LABELS, f"Django or the service has an app {names.app}"
    yield names.path in ADDRESSES, f"/{names.path} is an address of the service"
    places = (names.app, f"{names.app}.py", f"tests/{names.app}")
    yield any((root / place).exists() for place in places), f"the folder {names.app} is taken"
    yield names.app in modules(root), f"{names.app} is a module of Python or of a package"


def modules(root: Path) -> set[str]:
    """Return the names that `import` finds: Python's modules, and packages by the name of their distribution."""
    own = set(getattr(sys, "stdlib_module_names", sys.builtin_module_names))
    locks = [file.read_text(encoding="utf-8") for file in (root / "requirements").glob("*.txt")]
    return own | {
        name.replace("-", "_").lower() for text in locks for name in re.findall(r"^([\w.-]+)==", text, re.MULTILINE)
    }
