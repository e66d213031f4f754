"""Login sessions of API users: who is logged in since when, and an end to it."""

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest

from todoproject.accounts.models import RefreshFamily
from todoproject.accounts.users import login_sessions_revoke
from todoproject.admin import history
from todoproject.admin.filters import AutocompleteFilter
from todoproject.admin.model_admin import ReadOnlyModelAdmin, counted


@admin.register(RefreshFamily)
class LoginSessionAdmin(ReadOnlyModelAdmin):
    """Nobody writes sessions by hand: they are revoked, and kept until they would have expired."""

    list_display = ("id", "user", "state", "created_at", "last_used_at", "expires_at", "revoked_at")
    list_filter = (("user", AutocompleteFilter),)
    list_select_related = ("user",)
    search_fields = ("user__username",)
    search_help_text = "A part of the username."
    fields = ("user", "state", "created_at", "last_used_at", "expires_at", "revoked_at")
    ordering = ("-created_at",)
    actions = ("revoke",)
    states = {
        "revoked": Q(revoked_at__isnull=False),
        "open": Q(revoked_at=None, expires_at__gt=Now()),
        "expired": Q(revoked_at=None, expires_at__lte=Now()),
    }

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("accounts.revoke_refreshfamily")

    @admin.action(description="Revoke selected login sessions", permissions=["revoke"])
    @transaction.atomic
    def revoke(self, request: HttpRequest, queryset: QuerySet[RefreshFamily]) -> None:
        # As on the list of users: only a superuser touches a superuser.
        within_reach = queryset if request.user.is_superuser else queryset.filter(user__is_superuser=False)
        ended = login_sessions_revoke(within_reach)
        history.write(request, [(family, "Revoked.") for family in ended])
        level = messages.SUCCESS if ended else messages.WARNING
        self.message_user(request, f"{counted(len(ended), RefreshFamily)} revoked.", level)
