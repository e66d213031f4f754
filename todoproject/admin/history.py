"""Entries of Django's admin log, as sentences that people can read."""

import json
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.forms import ModelChoiceField, ModelForm
from django.http import HttpRequest
from django.utils import timezone

# A description may have ten thousand characters; what it was about shows in the first ones.
CHARACTERS = 60
OBJECT_CHARACTERS = 200


def write(request: HttpRequest, changes: Iterable[tuple[Model, str]], *, flag: int = CHANGE) -> None:
    """Log (object, sentence) pairs as done by the request's user: one INSERT, one moment."""
    now, actor = timezone.now(), request.user.pk
    assert actor is not None, "the admin lets nobody else in"  # noqa: S101  # nosec B101
    LogEntry.objects.bulk_create(
        LogEntry(
            action_time=now,
            user_id=actor,
            content_type_id=ContentType.objects.get_for_model(changed, for_concrete_model=False).pk,
            object_id=str(changed.pk),
            object_repr=str(changed)[:OBJECT_CHARACTERS],
            action_flag=flag,
            change_message=sentence,
        )
        for changed, sentence in changes
    )


def sentence_of(form: "ModelForm[Any]") -> str:
    """Return what a form changed, former values included: “Title: 'a' → 'b'. Due at: nothing → 2026-12-01 09:00.”"""
    parts = []
    for name in form.changed_data:
        field, asked = form.instance._meta.get_field(name), form.fields[name]
        before: Any = form.get_initial_for_field(asked, name)
        if isinstance(asked, ModelChoiceField) and asked.queryset is not None:
            before = asked.queryset.filter(pk=before).first()
        parts.append(f"{asked.label}: {shown(field, before)} → {shown(field, form.cleaned_data[name])}.")
    return " ".join(parts)


def shown(field: Any, value: Any) -> str:
    """Return a value of a model's field as a sentence has it: a choice by its label, text in quotes and cut."""
    value = dict(field.flatchoices).get(value, value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value in (None, ""):
        return "nothing"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    text = str(value)
    if isinstance(value, int | Decimal | date):
        return text
    return json.dumps(text if len(text) <= CHARACTERS else f"{text[: CHARACTERS - 1]}…", ensure_ascii=False)
