"""The admin site: login, start page with counts, title and colour of the release."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.admin.forms import AdminAuthenticationForm
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from rest_framework.exceptions import Throttled

from todoproject.accounts import lockout
from todoproject.admin.model_admin import OperationsModelAdmin
from todoproject.logs.context import user_id
from todoproject.throttling.rates import LoginThrottle


class LoginForm(AdminAuthenticationForm):
    def clean(self) -> dict[str, Any]:
        """Check the password, or raise Throttled."""
        assert self.request  # noqa: S101  # nosec B101  AdminSite sets it
        with lockout.attempt(self.request, self.cleaned_data.get("username", "")):
            return super().clean()


class OperationsSite(AdminSite):
    login_form = LoginForm
    site_title = str(settings.TITLE)
    site_header = f"{site_title} · operations"
    index_title = "At a glance"
    site_url = None
    enable_nav_sidebar = False  # the start page lists all, and the tables need the width

    def __init__(self, name: str = "admin") -> None:
        """Remove the action that deletes many rows.

        Its confirmation page lists each row with all dependent rows, and its form has a field for each: Django refuses
        more than 1,000 fields.
        """
        super().__init__(name)
        self.disable_action("delete_selected")

    def has_permission(self, request: HttpRequest) -> bool:
        """Say whether the user is staff, and set the user of logs and audit trail: each view calls this."""
        allowed = super().has_permission(request)
        if allowed:
            user_id.set(request.user.pk)
        return allowed

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        return {**super().each_context(request), "colour": settings.COLOUR}

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Return the apps in reverse order of INSTALLED_APPS: resources first, Django's own last."""
        found: list[Any] = super().get_app_list(request, app_label)
        places = {config.label: place for place, config in enumerate(apps.get_app_configs())}
        return sorted(found, key=lambda app: places[app["app_label"]], reverse=True)

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Show the tiles of the lists that the user may see above the list of models."""
        seen = [one for one in self._registry.values() if one.has_view_permission(request)]
        tiles = [tile for one in seen if isinstance(one, OperationsModelAdmin) for tile in one.tiles_shown()]
        return super().index(request, {"tiles": tiles, **(extra_context or {})})

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Log in; after too many attempts or failures show a page that says how long to wait."""
        throttle = LoginThrottle()
        if request.method == "POST" and not throttle.allow_request(request):
            detail = "Too many logins have been tried from your address."
            return lockout.refused_page(Throttled(throttle.wait(), detail))
        try:
            response = super().login(request, extra_context)
        except Throttled as refusal:
            return lockout.refused_page(refusal)
        seconds = lockout.seconds_left(request)
        return lockout.locked_out_page(seconds) if seconds else response
