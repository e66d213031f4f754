"""The Python of a field in each of the files that are written."""

from __future__ import annotations

from local.new_resource.fields import Field
from local.new_resource.names import Names

TEXT_CHARACTERS = 10_000
#: The value of a unique field in a factory, by its type.
UNIQUE_VALUES = {
    "int": "Sequence(int)",
    "decimal": "Sequence(Decimal)",
    "date": "Sequence(lambda number: date(2026, 12, 1) + timedelta(days=number))",
    "datetime": "Sequence(lambda number: datetime(2026, 12, 1, 9, tzinfo=UTC) + timedelta(days=number))",
}
#: The same in a row of demo data. `demo_rows` runs several times for one owner: by `count` or `seed` they differ.
UNIQUE_DEMO = {
    "str": 'f"{chance.getrandbits(32):08X}"',
    "int": "chance.getrandbits(30)",
    "date": "(now - timedelta(days=sum(seed.encode()) % 600 * 1000 + count * count + number)).date()",
    "datetime": "created_at + timedelta(microseconds=chance.getrandbits(40))",
}


def nested(fields: list[Field]) -> list[Field]:
    """Return the foreign keys below whose rows there is a list: one for each resource that rows must lead to."""
    firsts: dict[str, Field] = {}
    for each in fields:
        if each.target and each.required:
            firsts.setdefault(each.target.app, each)
    return list(firsts.values())


def column(field: Field, *, indexed: bool) -> str:
    """Return the column of the model; `indexed` says whether an index begins with it."""
    options = []
    kind = {
        "str": "CharField", "text": "TextField", "int": "IntegerField", "decimal": "DecimalField",
        "bool": "BooleanField", "date": "DateField", "datetime": "DateTimeField",
        "choice": "IntegerField" if field.numbers else "CharField",
    }.get(field.kind, "ForeignKey")  # fmt: skip
    if field.kind == "str":
        options.append(f"max_length={field.arguments[0]}")
    if field.kind == "text":
        options.append(f"max_length={TEXT_CHARACTERS:_}")
    if field.kind == "decimal":
        options.append("max_digits={}, decimal_places={}".format(*field.arguments))
    if field.kind == "choice":
        if not field.numbers:
            options.append(f"max_length={max(20, *map(len, field.arguments))}")
        options.append(
            f"choices=[{', '.join(f'({literal(field, each)}, {words(each)!r})' for each in field.arguments)}]"
        )
    if kind == "ForeignKey":
        options += _foreign_key(field, indexed=indexed)
    if field.nullable:
        options.append("null=True, blank=True")
    elif field.kind == "text":
        options.append('blank=True, default=""')
    elif field.default is not None or field.kind == "bool":
        options.append(f"default={literal(field, field.default or 'false')}")
    noqa = (
        "  # noqa: DJ001  NULL says that nobody knows" if field.nullable and kind in ("CharField", "TextField") else ""
    )
    return f"models.{kind}({', '.join(options)}){noqa}"


def _foreign_key(field: Field, *, indexed: bool) -> list[str]:
    to = f'"{field.target.app}.{field.target.model}"' if field.target else "settings.AUTH_USER_MODEL"
    options = [to, f"on_delete={'unset' if field.nullable else 'models.RESTRICT'}"]
    if indexed:
        return [*options, "db_index=False"]
    # No "+" for a resource: the admin looks at what points at a row by relations that are not hidden.
    return [*options, f'related_name="%(app_label)s_by_{field.name}"' if field.target else 'related_name="+"']


def words(value: str) -> str:
    return value.replace("-", " ").replace("_", " ").capitalize()


def literal(field: Field, value: str) -> str:
    """Return a value as Python writes it."""
    if field.kind == "bool":
        return value.capitalize()
    if field.kind == "decimal":
        return f'Decimal("{value}")'
    if field.kind == "int" or (field.kind == "choice" and field.numbers):
        return str(int(value))
    return repr(value)


def filters(fields: list[Field]) -> dict[str, str]:
    """Return the filters of the list by the names of their parameters."""
    found = {}
    taken = {each.name for each in fields} | {"created", "updated"}
    for each in fields:
        if each.kind in ("choice", "bool", "user", "resource"):
            found[each.name] = "Exact()"
        elif each.kind in ("int", "decimal"):
            found[each.name] = "Range()"
        elif each.kind in ("date", "datetime"):
            name = each.name
            for ending in ("_at", "_on", "_for"):
                short = name[: -len(ending)] if name.endswith(ending) else ""
                if short and short not in taken and short not in found:
                    name = short
            found[name] = "Range()" if name == each.name else f'Range("{each.name}")'
    texts = [f'"{each.name}"' for each in fields if each.kind in ("str", "text")]
    return {**found, "q": f"Search({', '.join(texts)})"}


def required_value(field: Field, owner: str) -> str:
    """Return the value of a required field in a factory."""
    if field.kind == "str":
        pattern = f"{field.words} {{}}" if int(field.arguments[0]) >= len(field.words) + 10 else "{:08}"
        size = int(field.arguments[0])
        return f'Sequence("{pattern}".format)' if size >= 8 else f'Sequence(lambda number: f"{{number}}"[-{size}:])'
    if field.unique and field.kind in UNIQUE_VALUES:
        return UNIQUE_VALUES[field.kind]
    if field.kind == "user":
        return f'SelfAttribute("{owner}")' if owner else "SubFactory(UserFactory)"
    if field.target:
        same = f', {field.target.owner}=SelfAttribute("..{owner}")' if field.target.owner and owner else ""
        return f"SubFactory({field.target.model}Factory{same})"
    return {
        "int": "1", "decimal": 'Decimal("1")', "date": "date(2026, 12, 1)",
        "datetime": "datetime(2026, 12, 1, 9, tzinfo=UTC)",
    }.get(field.kind) or literal(field, field.arguments[0])  # fmt: skip


def demo_value(field: Field, names: Names) -> str:
    """Return the expression for a field of a row of demo data."""
    if field.unique and field.kind in UNIQUE_DEMO:
        value = UNIQUE_DEMO[field.kind]
    elif field.kind == "str":
        value = _demo_text(field, names)
    elif field.kind == "decimal":
        digits, places = map(int, field.arguments)
        value = f"Decimal(chance.randrange({10 ** (8 if field.unique else min(digits, 5))})).scaleb(-{places})"
    elif field.kind == "choice":
        value = f"chance.choice([{', '.join(literal(field, each) for each in field.arguments)}])"
    elif field.target:
        value = f"{field.name}_rows.pop()" if field.unique else f"chance.choice({field.name}_rows)"
    else:
        value = {
            "text": 'chance.choice(["", "Ask first.", "Only before noon."])', "int": "chance.randrange(1, 100)",
            "bool": "chance.random() < 0.5", "user": "owner_id",
            "date": "(created_at + timedelta(days=chance.randrange(30))).date()",
            "datetime": "created_at + timedelta(hours=chance.randrange(24, 720))",
        }[field.kind]  # fmt: skip
    return f"{value} if chance.random() < 0.7 else None" if field.nullable else value


def _demo_text(field: Field, names: Names) -> str:
    size, label = int(field.arguments[0]), names.singular.capitalize() if field.required else field.words
    text = f'f"{label} {{{"number" if field.required else "chance.randrange(1, 100)"}}}"'
    return text if size >= len(label) + 6 else f"{text}[-{size}:].strip()"


def json_value(field: Field) -> str:
    """Return a value that a body may have, as TOML writes it."""
    if field.kind == "str":
        return f'"{field.words[: int(field.arguments[0])]}"'
    if field.kind == "choice":
        return field.arguments[0] if field.numbers else f'"{field.arguments[0]}"'
    return {"int": "1", "decimal": '"1"', "date": '"2026-12-01"', "datetime": '"2026-12-01T09:00:00Z"'}[field.kind]
