"""Which names a service can have: what Python, Django, PostgreSQL, Terraform and this repository leave free."""

import ast
import builtins
import importlib.util
import keyword
import re
from pathlib import Path

from local.refusal import Refusal
from pattern.new_service.files import KEPT
from pattern.new_service.words import OLD, replacing

# The limit of terraform/project (terraform/modules/state/variables.tf), without its hyphen: no module has one.
_NAME = re.compile(r"[a-z][a-z0-9]{1,14}")
# https://www.postgresql.org/docs/18/sql-keywords-appendix.html, "reserved": RDS makes no database of such a name.
_RESERVED = frozenset(
    """all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create default
    deferrable desc distinct do else end except false fetch for foreign from grant group having in initially intersect
    into lateral leading limit localtime localtimestamp not null offset on only or order placing primary references
    returning select some symmetric table then to trailing true union unique user using variadic when where window
    with""".split()  # noqa: SIM905  as a list it is a line a word
)


def require_usable(paths: list[str], name: str, plural: str) -> None:
    """Raise Refusal unless both words are free to be a package, an app of Django, a database and a name in AWS."""
    if not _NAME.fullmatch(name):
        raise Refusal(
            f"NAME={name} will not do: 2 to 15 lower-case letters and digits, a letter first (AWS names are built on "
            "it), as in `make service NAME=invoice`."
        )
    if not re.fullmatch(r"[a-z][a-z0-9]{1,19}", plural) or plural == name:
        raise Refusal(
            f"PLURAL={plural} will not do: lower-case letters and digits, and not NAME itself, as in "
            "`make service NAME=analysis PLURAL=analyses`."
        )
    for word in (name, plural):
        if taken := _taken(word, {path.partition("/")[0] for path in paths}):
            raise Refusal(f"The name {word} is taken: it is {taken}. Choose another NAME (or PLURAL).")


def _taken(word: str, folders: set[str]) -> str:
    if word.startswith(OLD):
        return "the example's own"
    if word in (*keyword.kwlist, *keyword.softkwlist, *dir(builtins)):
        return "a word of Python's"
    if word in _RESERVED:
        return "a reserved word of PostgreSQL's"
    if word in folders:
        return "a folder of this repository"
    for package, what in (
        ("", "a Python module"),
        ("todoproject.", "a part of todoproject/"),
        ("django.contrib.", "an app of Django's"),
    ):
        spec = importlib.util.find_spec(f"{package}{word}")
        if spec and spec.origin:  # a folder without a module, such as one that only held compiled ones, has none
            return what
    return ""


def require_no_collision(root: Path, paths: list[str], name: str, plural: str) -> None:
    """Raise Refusal where two names of a module or a function would become one."""
    replaced = replacing(name, plural)
    for path in paths:
        text = "" if KEPT.fullmatch(path) or not path.endswith(".py") else (root / path).read_text(encoding="utf-8")
        if not any(word in text.lower() for word in (name, plural)):
            continue
        tree = ast.parse(text)
        everywhere = {each for statement in tree.body for each in _bound_by(statement)}
        for statement in tree.body:
            found = everywhere.union(*map(_bound_by, ast.walk(statement)))
            for each in sorted(found):
                if (other := replaced(each)) != each and other in found:
                    raise Refusal(f"The name {other} is taken: {path} has it beside {each}. Choose another NAME.")


def _bound_by(node: ast.AST) -> set[str]:
    """Return the names that a node itself gives a meaning to, or looks up."""
    match node:
        case ast.Name(id=name) | ast.arg(arg=name):
            return {name}
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return {name}
        case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
            return {alias.asname or alias.name for alias in aliases}
        case ast.Assign(targets=targets):
            return {target.id for target in targets if isinstance(target, ast.Name)}
        case ast.AnnAssign(target=ast.Name(id=name)):
            return {name}
    return set()
