"""Whether a caller, known by a token alone, still exists."""

from rest_framework.exceptions import AuthenticationFailed

from todoproject.accounts.models import User


def require_existing(user_id: int) -> None:
    """Raise `AuthenticationFailed` (401) when the user is gone; one query, for writes that found nothing to write."""
    if not User.objects.filter(pk=user_id).exists():
        raise AuthenticationFailed("The user of this token no longer exists.")
