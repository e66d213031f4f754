"""Refresh tokens: each is good for one use within seven days, and a second use ends the login session.

If a token is used twice, a thief has it. Nobody can tell the thief from the user, so the session ends and the user logs
in again (RFC 9700 §4.14.2). An answer may get lost, and a client may refresh twice at a time: for GRACE_SECONDS a used
token gives the same successor again, as long as that is unused. So there is never more than one valid token.

Each token has seven days: a session that is used every week does not end by itself.
"""

import logging
import uuid
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.utils import timezone

from todoproject import audit
from todoproject.accounts.models import RefreshFamily, User
from todoproject.accounts.tokens import RefreshClaims, TokenError, issue_access, issue_refresh, read_refresh
from todoproject.logs.context import user_id

logger = logging.getLogger(__name__)

# Longer than clients wait before they repeat a request, and shorter than a thief needs to use a token.
GRACE_SECONDS = 10


class TokenPair(NamedTuple):
    access: str
    refresh: str


def login_session_begin(user: User) -> TokenPair:
    """Open a login session for a user whose password was right, and return its first tokens.

    Deletes the user's expired sessions.
    """
    now = timezone.now()
    RefreshFamily.objects.filter(user=user, expires_at__lte=now).delete()
    family = RefreshFamily.objects.create(
        user=user,
        current_jti=uuid.uuid4(),
        password_fingerprint=user.get_session_auth_hash(),
        created_at=now,
        expires_at=_end(now),
    )
    audit.record("login.succeeded", actor=user.pk, target=family.pk)
    return _pair(RefreshClaims(user.pk, family.pk, family.current_jti))


def login_session_continue(refresh_token: str) -> TokenPair:
    """Use up a refresh token and return the next pair.

    Raises `TokenError` if the token is not valid or was used before (which revokes its family), and if the user is
    gone, inactive or has another password.
    """
    claims = read_refresh(refresh_token)
    family = RefreshFamily.objects.select_related("user").filter(pk=claims.family_id, user=claims.user_id).first()
    if family is None or family.revoked_at is not None:
        raise TokenError("the login session has ended")
    user_id.set(family.user_id)
    if not family.user.is_active or family.password_fingerprint != family.user.get_session_auth_hash():
        _revoke(family, "the user is inactive or has another password")
        raise TokenError("the user is inactive or has another password")
    following = _successor(claims)
    if not _exchange(claims, following) and not _was_just_exchanged(following):
        _revoke(family, "a refresh token was used twice")
        logger.warning("A refresh token was used twice: its login session is revoked.")
        raise TokenError("used before")
    return _pair(following)


def _successor(used: RefreshClaims) -> RefreshClaims:
    """Return the claims of the next token, the same each time.

    A holder of `used` can compute them, but cannot sign them.
    """
    return used._replace(jti=uuid.uuid5(used.family_id, str(used.jti)))


def _was_just_exchanged(following: RefreshClaims) -> bool:
    """Say whether `following` has been the unused token for no more than GRACE_SECONDS."""
    since = timezone.now() - timedelta(seconds=GRACE_SECONDS)
    return RefreshFamily.objects.filter(
        pk=following.family_id, current_jti=following.jti, revoked_at=None, last_used_at__gte=since
    ).exists()


def _exchange(used: RefreshClaims, following: RefreshClaims) -> bool:
    """Let `following` take the place of `used`; return False if another request was faster.

    This is one UPDATE: of two at a time, PostgreSQL lets one wait, and then checks the row again.
    """
    now = timezone.now()
    unused = RefreshFamily.objects.filter(pk=used.family_id, current_jti=used.jti, revoked_at=None)
    return bool(unused.update(current_jti=following.jti, last_used_at=now, expires_at=_end(now)))


def _revoke(family: RefreshFamily, reason: str) -> None:
    if RefreshFamily.objects.filter(pk=family.pk, revoked_at=None).update(revoked_at=timezone.now()):
        audit.record("session.revoked", target=family.pk, reason=reason)


def _end(now: datetime) -> datetime:
    return now + timedelta(seconds=settings.REFRESH_TOKEN_SECONDS)


def _pair(claims: RefreshClaims) -> TokenPair:
    return TokenPair(issue_access(claims.user_id), issue_refresh(claims))
