"""What of the accounts shows on the admin's start page."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils import timezone

from todoproject.accounts.lockout import locked_out_since
from todoproject.accounts.models import User
from todoproject.admin.figures import Figure


def user_figures() -> Iterator[Figure]:
    """Yield how many users are locked: the permanent kind, by hand."""
    address = reverse("admin:accounts_user_changelist")
    yield Figure("locked users", User.objects.filter(is_active=False).count(), f"{address}?is_active__exact=0")


def lock_out_figures() -> Iterator[Figure]:
    """Yield how many logins are locked out at the moment: the passing kind, by wrong passwords."""
    address = reverse("admin:accounts_failedlogin_changelist")
    number = locked_out_since(timezone.now()).count()
    yield Figure("lock-outs now", number, f"{address}?state=locked", warns=True)
