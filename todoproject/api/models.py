"""What every resource's table has: when a row was made and changed, and the version that is its ETag."""

from django.db import models
from django.db.models.functions import Now


class ResourceModel(models.Model):
    """The base of a resource's model. PostgreSQL gives all three; every write raises `version`."""

    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)
    version = models.BigIntegerField(db_default=1, editable=False, help_text="Grows with every change; the ETag.")

    class Meta:
        abstract = True
