"""Login sessions of API users: who is logged in since when, and an end to it."""

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest
from django.utils import timezone

from todoproject.accounts import locking
from todoproject.accounts.models import RefreshFamily
from todoproject.admin import history
from todoproject.admin.filters import AutocompleteFilter
from todoproject.admin.model_admin import ReadOnlyModelAdmin

STATES = {
    "open": Q(revoked_at=None, expires_at__gt=Now()),
    "revoked": Q(revoked_at__isnull=False),
    "expired": Q(revoked_at=None, expires_at__lte=Now()),
}


class StateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002  Django's
        return [(state, state.capitalize()) for state in STATES]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:  # noqa: ARG002
        return queryset.filter(STATES.get(self.value() or "", Q()))


@admin.register(RefreshFamily)
class LoginSessionAdmin(ReadOnlyModelAdmin):
    """Nobody writes sessions by hand: they are revoked, and kept until they would have expired."""

    list_display = ("id", "user", "state", "created_at", "last_used_at", "expires_at", "revoked_at")
    list_filter = (("user", AutocompleteFilter), StateFilter)
    list_select_related = ("user",)
    search_fields = ("user__username",)
    search_help_text = "A part of the username."
    fields = ("user", "state", "created_at", "last_used_at", "expires_at", "revoked_at")
    ordering = ("-created_at",)
    actions = ("revoke",)

    @admin.display(description="state")
    def state(self, family: RefreshFamily) -> str:
        if family.revoked_at:
            return "revoked"
        return "open" if family.expires_at > timezone.now() else "expired"

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("accounts.revoke_refreshfamily")

    @admin.action(description="Revoke selected login sessions", permissions=["revoke"])
    @transaction.atomic
    def revoke(self, request: HttpRequest, queryset: QuerySet[RefreshFamily]) -> None:
        # As on the list of users: only a superuser touches a superuser.
        within_reach = queryset if request.user.is_superuser else queryset.filter(user__is_superuser=False)
        ended = locking.login_sessions_revoke(within_reach)
        history.write(request, [(family, "Revoked.") for family in ended])
        number = len(ended)
        level = messages.SUCCESS if number else messages.WARNING
        self.message_user(request, f"{number:,} login session{'s' * (number != 1)} revoked.", level)
