"""The actions on many todos at once: what they say, and when they ask first. What they do is in `todos.bulk`."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from django import forms
from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse

from todoproject.admin import history
from todoproject.admin.checked_input import CheckedAutocompleteSelect
from todoproject.admin.confirmation import ASK_ABOVE, Question, confirmation, confirmed
from todoproject.admin.paginator import MOST_ROWS
from todos.bulk import todos_complete, todos_reassign, todos_reopen
from todos.models import Todo

if TYPE_CHECKING:
    TodoModelAdmin = admin.ModelAdmin[Todo]

# As far as a list counts, too. Twice that is near the statement timeout of 5 s on a busy laptop: 5,000 took 1 s there.
MOST_AT_ONCE = MOST_ROWS


class BulkChange(NamedTuple):
    """An action in words, the todos that it would change, and the function that changes them."""

    action: str
    verb: str
    past: str
    would_change: Q
    change: Callable[[QuerySet[Todo]], list[Todo]]


COMPLETE = BulkChange("complete", "Complete", "completed", Q(completed=False), todos_complete)
REOPEN = BulkChange("reopen", "Reopen", "reopened", Q(completed=True), todos_reopen)


class NewOwner(forms.Form):
    """Asked for on the confirmation page."""

    def __init__(self, site: admin.AdminSite, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        active = get_user_model().objects.filter(is_active=True)
        widget = CheckedAutocompleteSelect(Todo.owner.field, site)
        self.fields["owner"] = forms.ModelChoiceField(
            active,
            label="New owner",
            widget=widget,
            error_messages={"invalid_choice": "This user is locked or gone.", "required": "Choose the new owner."},
        )


@admin.action(description="Complete selected todos", permissions=["change"])
def complete(model_admin: "TodoModelAdmin", request: HttpRequest, queryset: QuerySet[Todo]) -> HttpResponse | None:
    return _ask_or_change(model_admin, request, queryset, COMPLETE)


@admin.action(description="Reopen selected todos", permissions=["change"])
def reopen(model_admin: "TodoModelAdmin", request: HttpRequest, queryset: QuerySet[Todo]) -> HttpResponse | None:
    return _ask_or_change(model_admin, request, queryset, REOPEN)


@admin.action(description="Reassign selected todos …", permissions=["change"])
def reassign(model_admin: "TodoModelAdmin", request: HttpRequest, queryset: QuerySet[Todo]) -> HttpResponse | None:
    """Ask for the new owner, always; the number is agreed to on the same page."""
    selected = queryset.count()
    if _too_many(model_admin, request, selected):
        return None
    form = NewOwner(model_admin.admin_site, request.POST if "owner" in request.POST else None)
    if not (confirmed(request, selected) and form.is_valid()):
        text = (
            "Who is the new owner? The former owners will no longer see these todos. Those that are the new owner's "
            "already are left alone."
        )
        title = f"Reassign {_todos(selected)}"
        question = Question("reassign", title, text, title, selected)
        return confirmation(model_admin, request, question, form=form)
    owner = form.cleaned_data["owner"]
    with transaction.atomic():
        changed = todos_reassign(queryset, owner_id=owner.pk)
        history.write(request, [(todo, f"Reassigned from {todo.owner} to {owner}.") for todo in changed])
    _say(model_admin, request, len(changed), f"reassigned to {owner}", selected)
    return None


def _ask_or_change(
    model_admin: "TodoModelAdmin", request: HttpRequest, rows: QuerySet[Todo], bulk: BulkChange
) -> HttpResponse | None:
    counts = rows.aggregate(selected=Count("pk"), number=Count("pk", filter=bulk.would_change))
    selected, number = counts["selected"], counts["number"]
    if _too_many(model_admin, request, number):
        return None
    if number > ASK_ABOVE and not confirmed(request, number):
        rest = f" {_todos(selected - number)} more are so already and are left alone." if selected > number else ""
        text = f"{_todos(number)} will be {bulk.past}.{rest} Each gets a line in its history with your name."
        title = f"{bulk.verb} {_todos(number)}"
        question = Question(bulk.action, f"{title}?", text, title, number)
        return confirmation(model_admin, request, question)
    with transaction.atomic():
        changed = bulk.change(rows)
        sentence = f"{bulk.past.capitalize()}, with {_todos(len(changed))} at once."
        history.write(request, [(todo, sentence) for todo in changed])
    _say(model_admin, request, len(changed), bulk.past, selected)
    return None


def _too_many(model_admin: "TodoModelAdmin", request: HttpRequest, number: int) -> bool:
    if number > MOST_AT_ONCE:
        text = f"{number:,} todos are too many at once: narrow the list to {MOST_AT_ONCE:,}, by owner or by date."
        model_admin.message_user(request, text, messages.ERROR)
    return number > MOST_AT_ONCE


def _say(model_admin: "TodoModelAdmin", request: HttpRequest, number: int, what: str, selected: int) -> None:
    rest = f" {_todos(selected - number)} left alone: already so." if selected > number else ""
    level = messages.SUCCESS if number else messages.WARNING
    model_admin.message_user(request, f"{_todos(number)} {what}.{rest}", level)


def _todos(number: int) -> str:
    return f"{number:,} {'todo' if number == 1 else 'todos'}"
