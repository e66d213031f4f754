"""Asks before an action touches many rows."""

import re
from typing import Any, NamedTuple

from django.contrib.admin import ModelAdmin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.forms import Form
from django.http import HttpRequest
from django.template.response import TemplateResponse

ASK_ABOVE = 100
CONFIRMED = "confirmed"
NUMBER = re.compile(r"[0-9]{1,9}")


class Question(NamedTuple):
    """What the page says; `action` is the name in the list's form, `number` how many rows would change."""

    action: str
    title: str
    text: str
    button: str
    number: int


def confirmed(request: HttpRequest, number: int) -> bool:
    """Say whether somebody has agreed to that many rows; if there are more by now, he is asked again."""
    agreed = request.POST.get(CONFIRMED, "")
    return bool(NUMBER.fullmatch(agreed)) and number <= int(agreed)


def confirmation(
    model_admin: "ModelAdmin[Any]", request: HttpRequest, question: Question, *, form: Form | None = None
) -> TemplateResponse:
    """Return the page that asks; its form sends the same action again, with `confirmed` and the fields of `form`.

    “Select all across pages” travels as that wish, not as a field for each row: Django refuses more than 1,000 fields.
    """
    context = {
        **model_admin.admin_site.each_context(request),
        "title": question.title,
        "question": question,
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
