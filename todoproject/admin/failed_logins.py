"""Failed logins, and the lock-outs that come of them: seen here, lifted here, over by themselves after a while."""

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.models import DELETION
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest

from todoproject import audit
from todoproject.accounts.models import FailedLogin
from todoproject.admin import history
from todoproject.admin.model_admin import ReadOnlyModelAdmin

LOCKED = Q(failures_since_start__gte=settings.AXES_FAILURE_LIMIT, attempt_time__gt=Now() - settings.AXES_COOLOFF_TIME)


@admin.register(FailedLogin)
class FailedLoginAdmin(ReadOnlyModelAdmin):
    """Written by the logins themselves; all that staff does is to lift a lock-out.

    django-axes has a list of its own, which calls a lock-out “Locked Out” when it is over, too.
    """

    list_display = ("username", "ip_address", "failures_since_start", "attempt_time", "path_info", "state")
    search_fields = ("username", "ip_address")
    search_help_text = "A part of the username or the address."
    fields = list_display
    actions = ("lift",)
    states = {"locked": LOCKED}
    tiles = {"locked": "lock-outs now"}
    alarming = ("locked",)

    def has_delete_permission(self, request: HttpRequest, obj: FailedLogin | None = None) -> bool:  # noqa: ARG002
        return False

    def has_lift_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("accounts.lift_failedlogin")

    @admin.action(description="Lift lock-out: forget the selected failures", permissions=["lift"])
    @transaction.atomic
    def lift(self, request: HttpRequest, queryset: QuerySet[FailedLogin]) -> None:
        lifted = list(queryset.select_for_update(of=("self",)))
        history.write(request, [(failed, "Lock-out lifted.") for failed in lifted], flag=DELETION)
        FailedLogin.objects.filter(pk__in=[failed.pk for failed in lifted]).delete()
        audit.record("lockout.lifted", actor=request.user.pk, targets=[failed.pk for failed in lifted])
        number = len(lifted)
        text = f"{number:,} lock-out{'s' * (number != 1)} lifted: logging in is possible again at once."
        self.message_user(request, text, messages.SUCCESS)
