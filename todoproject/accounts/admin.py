"""Users as Django's admin shows them, and the open login sessions, which nobody writes by hand."""

from typing import TYPE_CHECKING

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.http import HttpRequest

from todoproject.accounts.models import RefreshFamily, User

if TYPE_CHECKING:
    RefreshFamilyBase = admin.ModelAdmin[RefreshFamily]
else:
    RefreshFamilyBase = admin.ModelAdmin

admin.site.register(User, UserAdmin)


@admin.register(RefreshFamily)
class RefreshFamilyAdmin(RefreshFamilyBase):
    """Read-only; deleting one ends the session."""

    list_display = ("user", "created_at", "last_used_at", "expires_at", "revoked_at")
    list_select_related = ("user",)
    fields = list_display
    ordering = ("-created_at",)

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002  the signature is Django's
        return False

    def has_change_permission(self, request: HttpRequest, obj: RefreshFamily | None = None) -> bool:  # noqa: ARG002
        return False
