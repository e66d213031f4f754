"""The reads and writes of a resource, each one statement that decides in its own WHERE who may do it.

So two requests at once cannot both win, and a foreign key never leads out of the caller's scope.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Exists, F, Q, QuerySet, Value
from django.db.models.functions import Now
from django.http import Http404
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied, ValidationError

from todoproject import audit
from todoproject.api.errors import PreconditionFailed
from todoproject.api.fields import LARGEST_ID
from todoproject.api.listing import Listing
from todoproject.api.scope import active_user
from todoproject.postgresql.statements import Parameter, Statement, insertion, selection

if TYPE_CHECKING:
    from todoproject.api.declaration import Declaration


class Rows:
    """The rows of one resource; every `caller` is the id of a user that a token names."""

    def __init__(self, resource: "type[Declaration]") -> None:
        self.resource, self.model, self.scope, self.parent = resource, resource.model, resource.scope, resource.parent
        members: dict[str, Any] = dict(resource.form().fields)
        fields = {name: field for name, field in members.items() if name != "url"}
        self._meta: Any = self.model._meta
        #: The columns of an answer in the order of its members (the id again for the address), then those that only
        #: cursors and ETags need; a row is a tuple of them.
        answered = ["address" if name == "url" else name for name in members]
        self.columns = list(dict.fromkeys([*answered, *resource.orderings, "version"]))
        self.id, self.version = self.columns.index("id"), self.columns.index("version")
        self.references = {
            column.name: (column.related_model, resource.reference_scope(column))
            for column in map(self._meta.get_field, fields)
            if column.many_to_one and not fields[column.name].read_only
        }
        self.has_dependents = any(
            field.auto_created and not field.concrete for field in self._meta.get_fields(include_hidden=True)
        )
        self.listing = Listing(self, fields)
        row = self._visible(Parameter("caller")).filter(pk=Parameter("id"))
        self._one = selection(row.annotate(address=F("id")).values(*self.columns))
        self._insertion = lru_cache(maxsize=64)(self._insertion_of)

    # ── Reads ────────────────────────────────────────────────────────────────────────────────────────────────────────
    def one(self, caller: int, row_id: int) -> Any:
        """Return a row, a tuple of `columns`; raise Http404 when the caller sees none."""
        rows = self._one.rows({"caller": caller, "id": row_id}) if row_id <= LARGEST_ID else []
        if not rows:
            raise Http404
        return rows[0]

    def _visible(self, caller: Any) -> QuerySet[Any]:
        return self.scope.rows(self.model._default_manager.all(), caller)

    def matching(self, caller: Any, filters: Mapping[str, Any]) -> QuerySet[Any]:
        """Return the rows that the caller sees and the filters find, below the `Parameter` parent of a nested list."""
        rows = self._visible(caller)
        for name, each in self.resource.filters.items():
            rows = rows.filter(*each.conditions(self.model, name, filters))
        return rows.filter(**{self.parent: Parameter("parent")}) if self.parent else rows

    # ── Writes ───────────────────────────────────────────────────────────────────────────────────────────────────────
    def create(self, caller: int, values: Mapping[str, Any]) -> Any:
        """Return a new row; raise the `_refusal` if the caller may not make it."""
        computed = self.resource.computed(values, new=True)
        expressions = {name: value for name, value in computed.items() if hasattr(value, "resolve_expression")}
        given = {**values, **{name: value for name, value in computed.items() if name not in expressions}}
        for column in self._meta.concrete_fields:
            if self._needs_default(column, {*given, *expressions}):
                given[column.name] = column.get_default()
        statement = self._insertion(frozenset(given), self._used(given), tuple(sorted(expressions.items())))
        rows = statement.rows({"caller": caller, **given})
        if not rows:
            raise self._refusal(caller, None, given)
        audit.record(self.action("created"), target=rows[0][self.id])
        return rows[0]

    def change(self, caller: int, row_id: int, changes: Mapping[str, Any], condition: Q) -> Any:
        """Return the row after `changes`, made only while it meets `condition`; else raise the `_refusal`.

        The answer may already contain a later change of another caller; its ETag then says so.
        """
        allowed = self._writable(caller, row_id, condition)
        for name in self._used(changes):
            allowed = allowed.filter(Exists(self.target(name, caller, changes[name])))
        if not self.update(allowed, changes):
            raise self._refusal(caller, row_id, changes)
        audit.record(self.action("changed"), target=row_id, changes=changes)
        return self.one(caller, row_id)

    def delete(self, caller: int, row_id: int, condition: Q) -> None:
        """Delete the row; `condition` and exceptions are as for `change`."""
        if not self._deleted(self._writable(caller, row_id, condition)):
            raise self._refusal(caller, row_id, {})
        audit.record(self.action("deleted"), target=row_id)

    def clear(self, caller: int, filters: Mapping[str, Any]) -> None:
        """Delete the rows that match the filters; raise AuthenticationFailed if there is no such caller."""
        if count := self._deleted(self.matching(caller, filters).filter(Exists(active_user(caller)))):
            audit.record(self.action("deleted"), count=count)
        elif not active_user(caller).exists():
            raise gone()

    def update(self, rows: QuerySet[Any], changes: Mapping[str, Any]) -> int:
        """Change all of `rows` in one UPDATE, with the computed columns; return how many there were."""
        computed = self.resource.computed(changes, new=False)
        return rows.update(**changes, **computed, version=F("version") + 1, updated_at=Now())

    def action(self, past: str) -> str:
        """Return the name of an action in the audit trail: ``workorder.changed``."""
        return f"{self._meta.model_name}.{past}"

    def _writable(self, caller: int, row_id: int, condition: Q) -> QuerySet[Any]:
        if row_id > LARGEST_ID:
            raise Http404
        return self._visible(caller).filter(condition, Exists(active_user(caller)), pk=row_id)

    def _deleted(self, rows: QuerySet[Any]) -> int:
        if not self.has_dependents:
            return rows.delete()[0]
        with transaction.atomic():
            # Before Django deletes the rows, it looks for their dependents by id.
            ids = list(rows.select_for_update(of=("self",)).values_list("pk", flat=True))
            self.model._default_manager.filter(pk__in=ids).delete()
        return len(ids)

    def _needs_default(self, column: Any, given: set[str]) -> bool:
        inside = column.name in given or column.name == self.scope.column or column.primary_key
        return not (inside or column.has_db_default() or (column.null and not column.has_default()))

    def _used(self, values: Mapping[str, Any]) -> frozenset[str]:
        return frozenset(name for name in self.references if values.get(name) is not None)

    def target(self, name: str, caller: Any, row_id: Any) -> QuerySet[Any]:
        """Return the row that a foreign key leads to, if the caller may use it."""
        model: Any
        model, scope = self.references[name]
        return scope.rows(model._default_manager.all(), caller).filter(pk=row_id)

    def _insertion_of(
        self, given: frozenset[str], used: frozenset[str], expressions: tuple[tuple[str, Any], ...]
    ) -> Statement:
        column_of: Any = self._meta.get_field
        values: dict[str, Any] = {column_of(name).column: Parameter(name, column_of(name)) for name in sorted(given)}
        values |= {column_of(name).column: value for name, value in (*expressions, *self.scope.columns().items())}
        targets = [Exists(self.target(name, Parameter("caller"), Parameter(name))) for name in sorted(used)]
        source = active_user(Parameter("caller")).filter(self.scope.may_create(), *targets)
        returning = [column_of("id" if name == "address" else name).column for name in self.columns]
        return insertion(self.model, source, values, returning)

    def _refusal(self, caller: int, row_id: int | None, values: Mapping[str, Any]) -> Exception:
        """Return why a write met no row, by one statement; without `row_id` the write was an INSERT."""
        used = sorted(self._used(values))
        found = [Exists(self.target(name, caller, values[name])) for name in used]
        mine = Value(value=True) if row_id is None else Exists(self._visible(caller).filter(pk=row_id))
        may_create = Exists(active_user(caller).filter(self.scope.may_create()))
        answers = active_user(caller).values_list(mine, may_create, *found).first()
        if answers is None:
            return gone()
        exists, creator, *used_exist = answers
        if not exists:
            return Http404()
        if row_id is None and not creator:
            return PermissionDenied(f"You belong to no {self.scope.column}.")
        missing = [name for name, there in zip(used, used_exist, strict=True) if not there]
        if missing:
            return ValidationError({name: [no_such(self._meta.get_field(name))] for name in missing})
        return PreconditionFailed()


def no_such(column: Any) -> str:
    """Return the sentence for a foreign key to a row that is not there or not the caller's to use."""
    return f"There is no such {column.related_model._meta.verbose_name}."


def gone() -> AuthenticationFailed:
    """Return the answer to a token whose user may no longer write."""
    return AuthenticationFailed("The user of this token no longer exists or is not active.")
