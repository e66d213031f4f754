"""Users, their login sessions, and their failed logins."""

import hashlib
import uuid

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.db.models.lookups import GreaterThan


class User(AbstractUser):
    """Django's user in a table of this app, so that a field can be added later.

    https://docs.djangoproject.com/en/5.2/topics/auth/customizing/#using-a-custom-user-model-when-starting-a-project
    """

    class Meta(AbstractUser.Meta):
        # Not `change_user`: a person who may change users could grant themselves superuser rights.
        permissions = [("lock_user", "Can lock and unlock users")]

    def get_session_auth_hash(self) -> str:
        """Return a text that changes only with the password: SHA-256 of the stored hash, whose salt is random.

        Django's depends on SECRET_KEY too: after a rotation it gives a session a new key, and another request of the
        same browser at that moment would be logged out.
        """
        return hashlib.sha256(self.password.encode()).hexdigest()


class RefreshFamily(models.Model):
    """One login session: the refresh tokens that descend from one login. One of them, `current_jti`, is unused.

    `password_fingerprint` is the user's session hash at the login. So a change of the password ends the session, and
    also a login at which Django upgrades the stored hash. `expires_at` is the end of the unused token; no earlier token
    lives longer, so the row may be deleted then.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, db_index=False, related_name="refresh_families"
    )
    current_jti = models.UUIDField()
    password_fingerprint = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "login session"
        permissions = [("revoke_refreshfamily", "Can revoke login sessions")]
        constraints = [
            models.CheckConstraint(
                name="refresh_family_expires_after_creation", condition=GreaterThan(F("expires_at"), F("created_at"))
            ),
            models.CheckConstraint(
                name="refresh_family_fingerprint_is_sha256",
                condition=Q(password_fingerprint__regex=r"^[0-9a-f]{64}$"),  # noqa: S106  a pattern
            ),
        ]
        indexes = [models.Index("user", "expires_at", name="refresh_family_by_user")]

    def __str__(self) -> str:
        return f"{self.user_id} since {self.created_at:%Y-%m-%d %H:%M}"


class FailedLogin(AccessAttempt):  # type: ignore[misc]  # axes is untyped
    """django-axes' count of the failures of one user from one address, with our name and permission."""

    class Meta:
        proxy = True
        permissions = [("lift_failedlogin", "Can lift lock-outs")]

    def __str__(self) -> str:
        return f"{self.username} from {self.ip_address}"
