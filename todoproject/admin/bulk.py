"""Actions that set one field of many rows: one UPDATE, a history entry for each row, and a question first."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import IntegrityError, transaction
from django.db.models import Count, F, Field, Model, Q, QuerySet, TextField, prefetch_related_objects
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from todoproject import audit
from todoproject.admin import history, scopes
from todoproject.admin.model_admin import MOST_ROWS, counted

if TYPE_CHECKING:
    from todoproject.admin.resource_admin import ResourceAdmin

ASK_ABOVE = 100
# A list counts as far too. On a busy laptop 5,000 rows took 1 s; the statement timeout is 5 s.
MOST_AT_ONCE = MOST_ROWS
CONFIRMED = "confirmed"
NUMBER = re.compile(r"[0-9]{1,9}")

Action = Callable[["ResourceAdmin", HttpRequest, QuerySet[Any]], HttpResponse | None]


class Change(NamedTuple):
    """A change of one field, and its words: “Complete” 5 orders, 5 orders “completed”."""

    action: str
    field: str
    verb: str
    past: str = ""
    value: Any = None


def setting(action: str, past: str, **values: Any) -> Action:
    """Return an action that sets one field to one value: ``setting("complete", "completed", completed=True)``."""
    ((field, value),) = values.items()
    change = Change(action, field, action.capitalize(), past, value)

    @admin.action(description=f"{change.verb} selected %(verbose_name_plural)s", permissions=["change"])
    def act(model_admin: "ResourceAdmin", request: HttpRequest, rows: QuerySet[Any]) -> HttpResponse | None:
        return _ask_or_change(model_admin, request, rows, change)

    act.__name__, act.field = action, field  # type: ignore[attr-defined]
    return act


def asking(field: "Field[Any, Any]") -> Action:
    """Return an action that asks for the new value of `field` on its confirmation page."""
    change = Change(f"set_{field.name}", field.name, f"Set {field.verbose_name} of")

    @admin.action(description=f"{change.verb} selected %(verbose_name_plural)s …", permissions=["change"])
    def act(model_admin: "ResourceAdmin", request: HttpRequest, rows: QuerySet[Any]) -> HttpResponse | None:
        form = forms.Form(request.POST if CONFIRMED in request.POST else None)
        form.fields[field.name] = _form_field(model_admin, request, field)
        if not form.is_valid():
            return _ask_or_change(model_admin, request, rows, change, form=form)
        value = form.cleaned_data[field.name]
        past = f"changed: {field.verbose_name} is now {history.shown(field, value)}"
        return _ask_or_change(model_admin, request, rows, change._replace(past=past, value=value), form=form)

    act.__name__ = change.action
    return act


def _form_field(model_admin: "ResourceAdmin", request: HttpRequest, field: "Field[Any, Any]") -> forms.Field:
    ask = model_admin.formfield_for_foreignkey if field.is_relation else model_admin.formfield_for_dbfield
    found: Any = ask(field, request)
    found.label, found.help_text = f"New {field.verbose_name}", ""
    if isinstance(found, forms.BooleanField):  # an empty checkbox would look like a missing answer
        answers = [("yes", "Yes"), ("no", "No")]
        return forms.TypedChoiceField(label=found.label, choices=answers, coerce=lambda answer: answer == "yes")
    if hasattr(field.related_model, "is_active"):
        found.queryset = found.queryset.filter(is_active=True)
        found.error_messages["invalid_choice"] = "This user is locked or gone."
    return found  # type: ignore[no-any-return]


def _ask_or_change(
    model_admin: "ResourceAdmin",
    request: HttpRequest,
    rows: QuerySet[Any],
    change: Change,
    *,
    form: forms.Form | None = None,
) -> HttpResponse | None:
    known = form is None or form.is_valid()
    would_change = ~Q(**{change.field: change.value}) if known else Q(pk__isnull=False)
    counts = rows.aggregate(n_selected=Count("pk"), n_changing=Count("pk", filter=would_change))
    selected, number = counts["n_selected"], counts["n_changing"]
    if number > MOST_AT_ONCE:
        text = f"{counted(number, rows.model)} are too many at once: narrow the list to {MOST_AT_ONCE:,} by a filter."
        model_admin.message_user(request, text, messages.ERROR)
        return None
    if not known or ((form or number > ASK_ABOVE) and not _agreed(request, number)):
        return _question(model_admin, request, change, selected, number, form)
    if problem := scopes.obstacle(rows, change.field, change.value):
        model_admin.message_user(request, f"Nothing was changed: {problem}", messages.ERROR)
        return None
    try:
        with transaction.atomic():
            changed = rows_set(model_admin, rows, change)
            sentence = f"{change.past.capitalize()}, with {counted(len(changed), rows.model)} at once."
            history.write(request, [(row, _before(row, change) if form else sentence) for row in changed])
    except IntegrityError as error:
        model_admin.message_user(request, refusal(error), messages.ERROR)
        return None
    rest = selected - len(changed)
    unchanged = f" {counted(rest, rows.model)} unchanged: already so." if rest else ""
    level = messages.SUCCESS if changed else messages.WARNING
    model_admin.message_user(request, f"{counted(len(changed), rows.model)} {change.past}.{unchanged}", level)
    return None


def _agreed(request: HttpRequest, number: int) -> bool:
    """Say whether the person has agreed to change at least `number` rows."""
    agreed = request.POST.get(CONFIRMED, "")
    return bool(NUMBER.fullmatch(agreed)) and number <= int(agreed)


def _question(  # noqa: PLR0913, PLR0917  the page shows all of them
    model_admin: "ResourceAdmin",
    request: HttpRequest,
    change: Change,
    selected: int,
    number: int,
    form: forms.Form | None,
) -> TemplateResponse:
    many = counted(number, model_admin.model)
    text = f"{many} will be {change.past}."
    if form:
        text = f"Choose the {str(form.fields[change.field].label).lower()}. Rows that have it already stay unchanged."
    elif selected > number:
        text += f" {counted(selected - number, model_admin.model)} more are already {change.past}."
    words = {
        "title": f"{change.verb} {many}{'' if form else '?'}",
        "text": f"{text} Each change gets a line in the history with your name.",
        "button": f"{change.verb} {many}",
    }
    return question(model_admin, request, change.action, number, words, form)


def question(  # noqa: PLR0913, PLR0917  the page shows all of them
    model_admin: "admin.ModelAdmin[Any]",
    request: HttpRequest,
    action: str,
    number: int,
    words: dict[str, str],
    form: forms.Form | None = None,
) -> TemplateResponse:
    """Return a confirmation page. Its form sends the same action again, with CONFIRMED and the fields of `form`.

    `words` are its title, text and button. “Select all” across pages is sent as one field, because Django refuses more
    than 1,000 fields.
    """
    context = {
        **model_admin.admin_site.each_context(request),
        **words,
        "action": action,
        "number": number,
        "opts": model_admin.opts,
        "form": form,
        "media": model_admin.media + form.media if form else model_admin.media,
        "checkbox_name": ACTION_CHECKBOX_NAME,
        "selected": request.POST.getlist(ACTION_CHECKBOX_NAME),
        "select_across": request.POST.get("select_across", "0"),
        "confirmed_name": CONFIRMED,
        "back": request.get_full_path(),
    }
    return TemplateResponse(request, "admin/action_confirmation.html", context)


def rows_set(model_admin: "ResourceAdmin", rows: QuerySet[Any], change: Change) -> list[Any]:
    """Change those of `rows` that have another value, and return them as they were; needs a transaction."""
    # The condition is outside of the subquery: there PostgreSQL checks it again after waiting for a row's lock, so that
    # it skips a row that a request has just changed. PostgreSQL checks a join again too, and would skip a row that has
    # another owner by now, so the related rows are read afterwards. The order of ids keeps two actions from a deadlock.
    changing = (
        rows.model._default_manager.filter(~Q(**{change.field: change.value}), pk__in=rows.order_by().values("pk"))
        .defer(*(field.name for field in model_admin.opts.concrete_fields if isinstance(field, TextField)))
        .order_by("pk")
        .select_for_update()
    )
    found = list(changing)
    prefetch_related_objects(found, *model_admin.autocomplete_fields)
    rows_update(model_admin, [row.pk for row in found], {change.field: change.value})
    return found


def rows_update(model_admin: "ResourceAdmin", keys: list[Any], values: dict[str, Any]) -> None:
    """Set `values`, and the columns that are computed from them, by one UPDATE."""
    follows = {**model_admin.computed(values), "version": F("version") + 1, "updated_at": Now()}
    model_admin.model._default_manager.filter(pk__in=keys).update(**values, **follows)
    which = {"target": keys[0]} if len(keys) == 1 else {"targets": keys}
    audit.record(f"{model_admin.opts.model_name}.changed", **which, changes=values)


def _before(row: Model, change: Change) -> str:
    field = row._meta.get_field(change.field)
    before, after = history.shown(field, getattr(row, change.field)), history.shown(field, change.value)
    return f"{str(field.verbose_name).capitalize()}: {before} → {after}."  # type: ignore[union-attr]


def refusal(error: IntegrityError) -> str:
    """Return a sentence with the name of the constraint that refused a write; its message would hold values."""
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    return f"Nothing was changed: the database refuses it ({name or 'integrity'})."
