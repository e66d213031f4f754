"""Who may log in, and the login sessions that are still open."""

import uuid

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.db.models.lookups import GreaterThan


class User(AbstractUser):
    """Django's user, in a table of ours.

    Nothing is added, on purpose: a project that starts with its own class can add a field later, one that starts with
    `auth.User` has to move every foreign key first. Django advises the same:
    https://docs.djangoproject.com/en/5.2/topics/auth/customizing/#using-a-custom-user-model-when-starting-a-project
    """


class RefreshFamily(models.Model):
    """One login session: all refresh tokens that descend from one login, of which one is unused.

    `password_fingerprint` is that of the password at login, so that a change of password ends the session.
    `expires_at` is the end of the unused token; no earlier one of the family outlives it, and the row may go then.
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
        verbose_name_plural = "refresh families"
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
