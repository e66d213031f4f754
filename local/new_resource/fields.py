"""Reads the field language: ``title:str(200) priority:choice(low,high)=low site:str(80)^ cost:decimal(10,2)?``."""

from __future__ import annotations

import keyword
import re
from dataclasses import dataclass
from decimal import Decimal

from local.new_resource.existing import Existing
from local.refusal import Refusal

LANGUAGE = (
    "str(n) text int decimal(digits,places) bool date datetime choice(a,b,…) user or the name of a resource, followed "
    "by ! (unique), ^ (sortable), ? (may be null), =default"
)
FIELD = re.compile(
    r"(?P<name>[^:]*):(?P<kind>[A-Za-z][\w-]*)(\((?P<arguments>[^()]*)\))?(?P<marks>[!^?]*)(=(?P<default>.+))?"
)
NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
KINDS = ("str", "text", "int", "decimal", "bool", "date", "datetime", "choice", "user")
#: Members and columns that every resource has, and attributes of every Django model.
RESERVED = {
    "id", "pk", "url", "owner", "version", "created_at", "updated_at", "objects", "check", "clean", "clean_fields",
    "delete", "full_clean", "save", "save_base", "refresh_from_db", "from_db", "serializable_value", "validate_unique",
    "validate_constraints", "unique_error_message", "adelete", "asave", "arefresh_from_db", "prepare_database_save",
    "date_error_message", "get_constraints", "get_deferred_fields",
    *("ordering", "limit", "cursor", "q"),  # parameters of every list
}  # fmt: skip
LONGEST_NAME = 40
LONGEST_KEY = 255  # characters: more does not fit into a page of an index, nor into a cursor
LEAST_UNIQUE = 8  # characters, and digits before the point: tests and demo data need many different values


@dataclass(frozen=True)
class Field:
    """One field as it was asked for; `target` is the resource that a foreign key leads to."""

    name: str
    kind: str
    arguments: tuple[str, ...] = ()
    unique: bool = False
    sortable: bool = False
    nullable: bool = False
    default: str | None = None
    target: Existing | None = None

    @property
    def words(self) -> str:
        return self.name.replace("_", " ").capitalize()

    @property
    def numbers(self) -> bool:
        """Say whether a choice is one of numbers."""
        return all(re.fullmatch(r"-?\d+", each) for each in self.arguments)

    @property
    def required(self) -> bool:
        return not self.nullable and self.default is None and self.kind not in ("text", "bool")


def parsed(text: str, resources: dict[str, Existing]) -> list[Field]:
    """Return the fields of `text`; raise Refusal with what to type instead."""
    words = re.findall(r"(?:\([^()]*\)|[^\s()])+", text)
    if "".join(words).replace(" ", "") != re.sub(r"\s", "", text):
        raise Refusal("FIELDS has a bracket without its partner: write for example FIELDS='title:str(200)'.")
    fields = [_field(re.sub(r"\s", "", word), resources) for word in words]
    if not any(each.kind == "str" and each.required for each in fields):
        raise Refusal(
            "FIELDS needs a text that every row has, by which people know it: 'title:str(200) …', without ? and =."
        )
    seen: dict[str, str] = {}
    for each in fields:
        for name in (each.name, f"{each.name}_id") if each.target or each.kind == "user" else (each.name,):
            if name in seen:
                raise Refusal(f"{each.name} and {seen[name]} would share a column: rename one of the two.")
            seen[name] = each.name
    return fields


def _field(word: str, resources: dict[str, Existing]) -> Field:
    found = FIELD.fullmatch(word)
    if not found:
        raise Refusal(
            f"{word}: write name:type, for example {word.partition(':')[0] or 'title'}:str(200). Types: {LANGUAGE}."
        )
    name, kind, marks = found["name"], found["kind"], found["marks"]
    _check_name(name, word)
    target = None
    if kind not in KINDS:
        key = re.sub(r"[-_]", "", kind).lower()
        target = resources.get(key)
        if target is None:
            there = ", ".join(sorted(each.name for each in resources.values())) or "none"
            raise Refusal(f"{word}: there is no type or resource {kind}. Resources: {there}. Types: {LANGUAGE}.")
    arguments = tuple(part for part in (found["arguments"] or "").split(",") if part)
    field = Field(
        name,
        "resource" if target else kind,
        arguments,
        "!" in marks,
        "^" in marks,
        "?" in marks,
        found["default"],
        target,
    )
    problem = _arguments(field) or _marks(field) or (field.default is not None and _default(field))
    if problem:
        raise Refusal(f"{word}: {problem}")
    return field


def _check_name(name: str, word: str) -> None:
    if not NAME.fullmatch(name):
        better = re.sub(r"\W+|_+", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)).strip("_").lower()
        better = better if NAME.fullmatch(better) else "title"
        raise Refusal(f"{word}: a field's name has small letters, digits and single underscores, for example {better}.")
    if name in RESERVED or name.endswith("_id"):
        raise Refusal(f"{word}: {name} belongs to every resource: choose another name, for example work_{name}.")
    if keyword.iskeyword(name):
        raise Refusal(f"{word}: {name} is a word of Python: choose another name, for example {name}_name.")
    if len(name) > LONGEST_NAME:
        raise Refusal(f"{word}: a field's name has at most {LONGEST_NAME} letters: choose a shorter one.")


def _whole(text: str) -> bool:
    return bool(re.fullmatch(r"\d{1,9}", text))


def _arguments(field: Field) -> str:
    """Return the mistake in the brackets, "" if there is none."""
    given, kind = field.arguments, field.kind
    if kind == "str" and (len(given) != 1 or not _whole(given[0]) or not 1 <= int(given[0]) <= 10_000):
        return "say how many characters it may have, at most 10000, for example str(200); text is for several lines."
    if kind == "decimal" and not (len(given) == 2 and all(map(_whole, given)) and int(given[1]) < int(given[0]) <= 30):
        return "say how many digits, at most 30, and how many of them behind the point, for example decimal(10,2)."
    if kind == "choice":
        return _choices(field)
    if kind not in ("str", "decimal") and given:
        return f"{kind} takes nothing in brackets: write {field.name}:{kind}."
    return ""


def _choices(field: Field) -> str:
    given = field.arguments
    if len(set(given)) < 2 or len(set(given)) != len(given):
        return "name at least two different values, for example choice(low,normal,high)."
    if field.numbers and not all(-(2**31) <= int(each) < 2**31 for each in given):
        return "a number of a choice has 32 bits: name smaller ones."
    if not field.numbers and not all(re.fullmatch(r"[A-Za-z0-9][\w-]{0,49}", each, re.ASCII) for each in given):
        return "a value has letters, digits, - and _, for example choice(low,in-progress)."
    return ""


def _size(field: Field) -> int:
    return int(field.arguments[0]) if field.kind == "str" else 0


def _marks(field: Field) -> str:
    size = _size(field)
    if field.unique and (problem := _unique(field, size)):
        return problem
    if field.sortable and (field.kind == "text" or size > LONGEST_KEY):
        return f"^ is for short values: write {field.name}:str({LONGEST_KEY})^, or leave ^ out."
    if field.kind == "bool" and field.nullable:
        return f"a bool is true or false: write {field.name}:bool, or choice(yes,no,unknown)."
    return ""


def _unique(field: Field, size: int) -> str:
    if field.default is not None:
        return f"! and = exclude each other: two rows would have the same default. Leave ={field.default} out."
    if field.kind == "str" and not LEAST_UNIQUE <= size <= LONGEST_KEY:
        return f"! is for str({LEAST_UNIQUE}) to str({LONGEST_KEY}): write for example {field.name}:str(20)!."
    if field.kind == "decimal" and int(field.arguments[0]) - int(field.arguments[1]) < LEAST_UNIQUE:
        return f"! needs {LEAST_UNIQUE} digits before the point: write for example {field.name}:decimal(10,2)!."
    if field.kind == "user":
        return "! is not for a user: demo data names one user in many rows. Leave ! out."
    if field.kind in ("text", "bool", "choice"):
        return (
            f"! is for str, int, decimal, date, datetime and a resource: a {field.kind} cannot be unique. Leave ! out."
        )
    return ""


def _default(field: Field) -> str:
    default = field.default or ""
    if field.kind == "decimal":
        return _decimal_default(field, default)
    fits, sentence = {
        "choice": (default in field.arguments, f"the default {default} is none of {', '.join(field.arguments)}."),
        "bool": (default in ("true", "false"), "the default of a bool is true or false."),
        "int": (
            bool(re.fullmatch(r"-?\d{1,10}", default, re.ASCII)) and -(2**31) <= int(default) < 2**31,
            "the default of an int is a whole number of 32 bits.",
        ),
        "str": (
            default.isprintable() and len(default) <= _size(field),
            "the default is longer than the text may be.",
        ),
    }.get(
        field.kind,
        (False, f"= is for str, int, decimal, bool and choice: leave ={default} out; ? is for what may be absent."),
    )
    return "" if fits else sentence


def _decimal_default(field: Field, default: str) -> str:
    digits, places = map(int, field.arguments)
    if re.fullmatch(r"-?\d+(\.\d+)?", default):
        whole, _, behind = default.lstrip("-").partition(".")
        if len(behind) <= places and Decimal(whole) < Decimal(10) ** (digits - places):
            return ""
    return f"the default of a decimal({digits},{places}) is a number such as 0 or 1.{'5' * places}."
