"""The admin of accounts: users, groups (the roles of staff), login sessions and failed logins."""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.models import DELETION
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html

from todoproject import audit
from todoproject.accounts.models import FailedLogin, RefreshFamily, User
from todoproject.accounts.users import login_sessions_revoke, users_closed, users_lock, users_reopen, users_unlock
from todoproject.admin import history
from todoproject.admin.bulk import CONFIRMED, question
from todoproject.admin.filters import AutocompleteFilter
from todoproject.admin.model_admin import OperationsModelAdmin, ReadOnlyModelAdmin, counted

if TYPE_CHECKING:
    DjangoUserAdmin = UserAdmin[User]
else:
    DjangoUserAdmin = UserAdmin

NAMED = 20  # users that a confirmation page names

admin.site.unregister(Group)


@admin.register(Group)
class OperationsGroupAdmin(OperationsModelAdmin, GroupAdmin):
    """Only superusers see groups."""

    granted = ()


@admin.register(User)
class OperationsUserAdmin(OperationsModelAdmin, DjangoUserAdmin):
    """Only superusers change fields, since these include their rights. Editors have the actions."""

    list_display = ("username", "email", "state", "is_staff", "last_login", "sessions")
    list_filter = ("is_staff", "is_superuser", "groups")
    search_help_text = "A part of username, name or e-mail address."
    actions = ("lock", "unlock", "revoke_sessions", "reopen")
    states = {"active": Q(is_active=True), "locked": Q(is_active=False)}
    tiles = {"locked": "locked users"}

    @admin.display(description="login sessions")
    def sessions(self, user: User) -> str:
        address = reverse("admin:accounts_refreshfamily_changelist", query={"user__id__exact": user.pk})
        return format_html('<a href="{}">Sessions of {}</a>', address, user.username)

    def has_lock_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("accounts.lock_user")

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("accounts.revoke_refreshfamily")

    def has_reopen_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("accounts.lift_failedlogin")

    @admin.action(description="Lock selected users and end their sessions", permissions=["lock"])
    @transaction.atomic
    def lock(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        within_reach, myself = self._within_reach(request, queryset), Q(pk=request.user.pk)
        locked = users_lock(within_reach.exclude(myself))
        history.write(request, [(user, "Locked; all login sessions ended.") for user in locked])
        self._say(request, queryset, len(locked), "locked")
        if within_reach.filter(myself).exists():
            self.message_user(request, "You cannot lock yourself.", messages.WARNING)

    @admin.action(description="Unlock selected users", permissions=["lock"])
    @transaction.atomic
    def unlock(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        unlocked = users_unlock(self._within_reach(request, queryset))
        history.write(request, [(user, "Unlocked.") for user in unlocked])
        self._say(request, queryset, len(unlocked), "unlocked")

    @admin.action(description="Revoke all login sessions of selected users", permissions=["revoke"])
    @transaction.atomic
    def revoke_sessions(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        users = self._within_reach(request, queryset)
        ended = login_sessions_revoke(RefreshFamily.objects.filter(user__in=users.order_by().values("pk")))
        history.write(request, [(family, "Revoked with all of the user.") for family in ended])
        self.message_user(request, f"{counted(len(ended), RefreshFamily)} revoked.", messages.SUCCESS)

    @admin.action(description="Reopen selected users to unknown networks …", permissions=["reopen"])
    @transaction.atomic
    def reopen(self, request: HttpRequest, queryset: QuerySet[User]) -> HttpResponse | None:
        """Reopen accounts after a confirmation: an attack may still be going on."""
        users = self._within_reach(request, queryset)
        if CONFIRMED in request.POST:
            reopened = users_reopen(users)
            history.write(request, [(user, "Reopened to unknown networks.") for user in reopened])
            self._say(request, queryset, len(reopened), "reopened to unknown networks")
        elif number := len(closed := users_closed(users)):
            words = {
                "title": f"Reopen {counted(number, User)} to unknown networks?",
                "text": f"{', '.join(user.username for user in closed[:NAMED])}: too many passwords failed within an "
                "hour. Reopened, an account takes as many again from any address. Their users can log in from networks "
                "that they have used before in any case. Each gets a line in the history with your name.",
                "button": f"Reopen {counted(number, User)}",
            }
            return question(self, request, "reopen", number, words)
        else:
            self.message_user(request, "None of them is closed to unknown networks.", messages.WARNING)
        return None

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:  # noqa: FBT001  Django's
        """Save, and end the sessions of a user whom the form's checkbox locks, as the action does."""
        super().save_model(request, obj, form, change)
        if change and "is_active" in form.changed_data and not obj.is_active:
            login_sessions_revoke(RefreshFamily.objects.filter(user=obj))

    def _within_reach(self, request: HttpRequest, users: QuerySet[User]) -> QuerySet[User]:
        """Return the users that the request's user may act on: only superusers act on superusers."""
        return users if request.user.is_superuser else users.filter(is_superuser=False)

    def _say(self, request: HttpRequest, users: QuerySet[User], number: int, what: str) -> None:
        rest = users.count() - number
        unchanged = f" {rest:,} unchanged: already so, or only a superuser may change them." if rest else ""
        level = messages.SUCCESS if number else messages.WARNING
        self.message_user(request, f"{counted(number, User)} {what}.{unchanged}", level)


@admin.register(RefreshFamily)
class LoginSessionAdmin(ReadOnlyModelAdmin):
    """Sessions can be revoked; they are deleted when they have expired."""

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
        # As in the list of users: only superusers act on superusers.
        within_reach = queryset if request.user.is_superuser else queryset.filter(user__is_superuser=False)
        ended = login_sessions_revoke(within_reach)
        history.write(request, [(family, "Revoked.") for family in ended])
        level = messages.SUCCESS if ended else messages.WARNING
        self.message_user(request, f"{counted(len(ended), RefreshFamily)} revoked.", level)


LOCKED = Q(failures_since_start__gte=settings.AXES_FAILURE_LIMIT, attempt_time__gt=Now() - settings.AXES_COOLOFF_TIME)


@admin.register(FailedLogin)
class FailedLoginAdmin(ReadOnlyModelAdmin):
    """Failures and lock-outs, which staff can lift. django-axes' own list shows “Locked Out” also after the end."""

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
