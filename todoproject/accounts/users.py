"""Locks, unlocks and reopens users, and ends login sessions.

Access tokens of a locked user stay valid until they expire (ACCESS_TOKEN_SECONDS), since no query checks them. The
admin logs a locked user out at the next request.
"""

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from todoproject import audit
from todoproject.accounts import lockout
from todoproject.accounts.models import RefreshFamily, User


def users_lock(users: QuerySet[User]) -> list[User]:
    """Lock those of `users` who are active, end their login sessions, and return them."""
    with transaction.atomic():
        locking = _locked_rows(users.filter(is_active=True))
        mine = [user.pk for user in locking]
        User.objects.filter(pk__in=mine).update(is_active=False)
        audit.record("user.locked", targets=mine)
        login_sessions_revoke(RefreshFamily.objects.filter(user__in=mine))
        return locking


def users_unlock(users: QuerySet[User]) -> list[User]:
    """Unlock those of `users` who are locked, and return them; their old sessions stay ended."""
    with transaction.atomic():
        unlocking = _locked_rows(users.filter(is_active=False))
        mine = [user.pk for user in unlocking]
        User.objects.filter(pk__in=mine).update(is_active=True)
        audit.record("user.unlocked", targets=mine)
        return unlocking


def users_closed(users: QuerySet[User]) -> list[User]:
    """Return those of `users` who can log in only from networks that they have used before."""
    closed = lockout.closed(users.values_list("username", flat=True))
    return list(users.filter(username__in=closed).order_by("pk"))


def users_reopen(users: QuerySet[User]) -> list[User]:
    """Open those of `users` that are closed to unknown networks, and return them."""
    with transaction.atomic():
        reopening = users_closed(users)
        lockout.reopen(user.username for user in reopening)
        audit.record("user.reopened", targets=[user.pk for user in reopening])
        return reopening


def login_sessions_revoke(families: QuerySet[RefreshFamily]) -> list[RefreshFamily]:
    """End those of `families` that are open, and return them."""
    now = timezone.now()
    with transaction.atomic():
        ending = list(
            families.filter(revoked_at=None, expires_at__gt=now).order_by("pk").select_for_update(of=("self",))
        )
        mine = [family.pk for family in ending]
        RefreshFamily.objects.filter(pk__in=mine).update(revoked_at=now)
        audit.record("session.revoked", targets=mine, reason="by staff")
        return ending


def _locked_rows(users: QuerySet[User]) -> list[User]:
    return list(users.order_by("pk").select_for_update(of=("self",)))
