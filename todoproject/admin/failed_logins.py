"""Failed logins, and the lock-outs that come of them: seen here, lifted here, over by themselves after a while."""

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.models import DELETION
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from todoproject import audit
from todoproject.accounts.lockout import locked_out_since
from todoproject.accounts.models import FailedLogin
from todoproject.admin import history
from todoproject.admin.model_admin import ReadOnlyModelAdmin


class LockedFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002  Django's
        return [("locked", "Locked out now")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:  # noqa: ARG002
        if self.value() == "locked":
            return queryset.filter(pk__in=locked_out_since(timezone.now()).values("pk"))
        return queryset


@admin.register(FailedLogin)
class FailedLoginAdmin(ReadOnlyModelAdmin):
    """Written by the logins themselves; all that staff does is to lift a lock-out."""

    list_display = ("username", "ip_address", "failures_since_start", "attempt_time", "path_info", "state")
    list_filter = (LockedFilter,)
    search_fields = ("username", "ip_address")
    search_help_text = "A part of the username or the address."
    fields = ("username", "ip_address", "failures_since_start", "attempt_time", "path_info", "state")
    actions = ("lift",)

    @admin.display(description="state")
    def state(self, failed: FailedLogin) -> str:
        ends = failed.attempt_time + settings.AXES_COOLOFF_TIME
        if ends <= timezone.now():
            return "over"
        left = settings.AXES_FAILURE_LIMIT - failed.failures_since_start
        if left > 0:
            return f"{left} attempt{'s' * (left != 1)} left"
        return f"locked out until {timezone.localtime(ends):%H:%M} UTC"

    def has_delete_permission(self, request: HttpRequest, obj: FailedLogin | None = None) -> bool:  # noqa: ARG002
        return False

    def has_lift_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("accounts.lift_failedlogin")

    @admin.action(description="Lift lock-out: forget the selected failures", permissions=["lift"])
    @transaction.atomic
    def lift(self, request: HttpRequest, queryset: QuerySet[FailedLogin]) -> None:
        lifted = list(queryset.select_for_update())
        history.write(request, [(failed, "Lock-out lifted.") for failed in lifted], flag=DELETION)
        FailedLogin.objects.filter(pk__in=[failed.pk for failed in lifted]).delete()
        audit.record("lockout.lifted", actor=request.user.pk, targets=[failed.pk for failed in lifted])
        number = len(lifted)
        text = f"{number:,} lock-out{'s' * (number != 1)} lifted: logging in is possible again at once."
        self.message_user(request, text, messages.SUCCESS)
