"""Reads the answers about a new service from variables, a file or a terminal, and checks them."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from local.naming import EXAMPLE, VALUES
from local.refusal import Refusal
from pattern.new_service.parts import PARTS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

#: The limit of terraform/modules/state/variables.tf; names in AWS grow from it.
LONGEST = 15
TITLE = r"[^\W_](?:[\w .,&'+-]{0,58}\w)?"
#: How each answer looks, and what to type.
FORMS = {
    "WORD": (rf"(?!aws|ssm|xn--|sthree-)[a-z](?!.*--)[a-z0-9-]{{0,{LONGEST - 2}}}[a-z0-9]", "acme-orders"),
    "OWNER": (r"(?!.*--)[A-Za-z0-9][A-Za-z0-9-]{0,37}[A-Za-z0-9]", "acme-inc, as GitHub has it"),
    "REPOSITORY": (r"(?!\.+$)[A-Za-z0-9._-]{1,100}", "work-orders, as GitHub has it"),
    "REGION": (r"[a-z]{2}(-[a-z]+)+-[0-9]", "us-east-1"),
    "ACCOUNT": (r"[0-9]{12}", "the twelve digits of `aws sts get-caller-identity`"),
    "DOMAIN": (r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.){2,}[a-z]{2,}", "orders.acme.com"),
    "HISTORY": (r"keep|fresh", "keep, or fresh for a history that starts with your service"),
    "EXAMPLE": (r"keep|remove", "keep, or remove for a service without the todos"),
    "WITHOUT": (rf"(({'|'.join(PARTS)})( |$))+", f"any of: {' '.join(PARTS)}"),
}
QUESTIONS = {
    "NAME": "Title of the service",
    "WORD": "First part of its names in AWS",
    "OWNER": "Owner on GitHub",
    "REPOSITORY": "Repository on GitHub",
    "REGION": "AWS region",
    "ACCOUNT": "AWS account",
    "DOMAIN": "Domain of the API",
    "HISTORY": "History of this clone: keep, or fresh",
    "EXAMPLE": "The example, todos: keep, or remove",
    "WITHOUT": f"Parts to leave out (any of: {' '.join(PARTS)})",
}
KEEPING = ("HISTORY", "EXAMPLE")
#: The branch that keeps the history of the clone when a fresh one starts.
FORMER = "upstream-history"


def given(variables: Mapping[str, str]) -> dict[str, str]:
    """Return the answers of the file in ANSWERS, overridden by variables; raise Refusal."""
    found = {}
    if name := variables.get("ANSWERS", ""):
        if not Path(name).is_file():
            raise Refusal(f"ANSWERS={name}: there is no such file. It has lines such as NAME=Acme work orders.")
        for line in Path(name).read_text(encoding="utf-8").splitlines():
            key, equals, value = (part.strip() for part in line.partition("="))
            if line.strip() and not line.startswith("#"):
                if not equals or key not in QUESTIONS:
                    raise Refusal(f"{name}: {line}: a line is NAME=value, and the names are {', '.join(QUESTIONS)}.")
                found[key] = value
    return found | {key: variables[key] for key in QUESTIONS if variables.get(key)}


def ask(root: Path, known: Mapping[str, str], read: Callable[[str], str] = input) -> dict[str, str]:
    """Ask for each answer at the terminal until it is valid; an empty one means the default in brackets."""
    require_usable(root)
    answers = dict(known)
    for key, question in QUESTIONS.items():
        while key not in answers:
            default = "keep" if key in KEEPING else ""
            if key == "WORD" and _fits(key, word := _word(answers["NAME"])):
                default = word
            elif key == "REPOSITORY":
                default = "-".join(_parts(answers["NAME"]))
            value = " ".join(read(f"{question}{f' [{default}]' if default else ''}: ").split()) or default
            try:
                _check(root, key, value)
            except Refusal as refusal:
                print(refusal)
            else:
                answers[key] = value
    return answers


def wanted(root: Path, known: Mapping[str, str]) -> dict[str, str]:
    """Return all answers, with word and repository derived from the title; raise Refusal."""
    require_usable(root)
    asked = {key: known.get(key, "") for key in QUESTIONS} | {key: known.get(key) or "keep" for key in KEEPING}
    asked["NAME"] = " ".join(asked["NAME"].split())
    _check(root, "NAME", asked["NAME"])
    asked["WORD"] = asked["WORD"] or _word(asked["NAME"])
    asked["REPOSITORY"] = asked["REPOSITORY"] or "-".join(_parts(asked["NAME"]))
    for key in FORMS:
        if asked[key] or key == "WORD":
            _check(root, key, asked[key])
    if asked["HISTORY"] == "fresh" and git(root, "branch", "--list", FORMER):
        raise Refusal(f"HISTORY=fresh keeps the former history as the branch {FORMER}, which exists: rename it.")
    return asked


def _check(root: Path, key: str, value: str) -> None:
    if key == "NAME":
        if not re.fullmatch(TITLE, value):
            raise Refusal(
                f'NAME={value}: a title of 1 to 60 letters, digits and spaces, as in NAME="Acme work orders".'
            )
    elif key == "WORD":
        if not _fits(key, value):
            raise Refusal(
                f"{value or 'This title'} cannot start names in AWS: give WORD=acme-orders, for example. It has 2 to "
                f"{LONGEST} lower-case letters, digits and single hyphens, and starts with a letter, not aws or ssm."
            )
        _require_free(root, value)
    elif value and not _fits(key, value):
        raise Refusal(f"{key}={value} is not valid: give {FORMS[key][1]}.")
    elif key == "REGION" and value and f"[{value}]" not in (root / "cost/prices.toml").read_text(encoding="utf-8"):
        raise Refusal(
            f"REGION={value} has no prices: add them to cost/prices.toml, commit, and run this command again."
        )


def _fits(key: str, value: str) -> bool:
    return bool(re.fullmatch(FORMS[key][0], value))


def _parts(title: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", title.lower())


def _word(title: str) -> str:
    parts = _parts(title)
    while len("-".join(parts)) > LONGEST and len(parts) > 1:
        parts.pop()
    return "-".join(parts)


def require_usable(root: Path) -> None:
    """Raise Refusal if git could not undo the changes."""
    if not (root / ".git").exists():
        raise Refusal("This is not a git repository, so the changes could not be undone: use git clone or git init.")
    if git(root, "status", "--porcelain"):
        raise Refusal("There are uncommitted changes (git status). Commit or remove them first.")


def _require_free(root: Path, word: str) -> None:
    former = json.loads((root / "project.json").read_text(encoding="utf-8"))["name"]
    for path in sorted(root.glob(VALUES)):
        text = path.read_text(encoding="utf-8")
        if word != former and EXAMPLE not in text and "AWS_ACCOUNT_ID" in text:
            raise Refusal(
                f"{path.relative_to(root)} has values of an account that uses the name {former}: another would make "
                f"everything in AWS again (docs/adr/0026). Give WORD={former}, and only the title changes."
            )
        if word != former and re.search(rf"(?<![\w-]){word}(?!\w)", text):
            raise Refusal(f"WORD={word} is in use: {path.relative_to(root)} has it as another value.")


def git(root: Path, *words: str) -> str:
    """Run git and return its output without the last newline."""
    command = ["git", *words]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=True, timeout=60).stdout.rstrip("\n")
