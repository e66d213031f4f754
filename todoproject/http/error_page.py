"""The error page that people see. It needs no database, no session and no user."""

from collections.abc import Mapping

from django.http import HttpResponse
from django.template.loader import render_to_string

from todoproject.http.problems import PROBLEM_TYPES
from todoproject.logs.context import current_request_id


class ErrorPage(HttpResponse):
    """A finished page for a kind of problem; `title` says it in words of the occasion. It leads back to the admin."""

    in_admin = True

    def __init__(
        self, slug: str, detail: str, *, title: str = "", status: int = 0, headers: Mapping[str, str] | None = None
    ) -> None:
        problem = PROBLEM_TYPES[slug]
        context = {
            "status": status or problem.status,
            "title": title or problem.title,
            "detail": detail,
            "request_id": current_request_id(),
            "in_admin": self.in_admin,
        }
        page = render_to_string("error.html", context)
        super().__init__(page, status=status or problem.status, headers=headers)


class PublicErrorPage(ErrorPage):
    """The same for somebody elsewhere: it leads to the documentation of the API."""

    in_admin = False
