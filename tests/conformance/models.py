"""Inspections, which have every kind of field, of work sites, which a team shares, and notices, which all may write."""

from django.conf import settings
from django.db import models
from django.db.models import Deferrable, Q, UniqueConstraint

from todoproject.api.models import PageIndex, ResourceModel, unset


class Team(models.Model):
    """A team that shares work sites."""

    name = models.CharField(max_length=100)

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """The one team of a user."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="membership")
    team = models.ForeignKey(Team, on_delete=models.CASCADE)

    def __str__(self) -> str:
        return f"{self.user} in {self.team}"


class WorkSite(ResourceModel):
    """A place at which a team works."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, db_index=False)
    name = models.CharField(max_length=80)

    class Meta:
        indexes = [PageIndex("team", "created_at"), PageIndex("team", "name")]
        constraints = [UniqueConstraint(name="work_site_name_once", fields=["team", "name"])]

    def __str__(self) -> str:
        return self.name


class Priority(models.TextChoices):
    LOW = "low", "Low"
    NORMAL = "normal", "Normal"
    HIGH = "high", "High"


class Inspection(ResourceModel):
    """A visit of a work site, with a column of every kind."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, db_index=False, related_name="inspections"
    )
    title = models.CharField(max_length=60)
    notes = models.TextField(blank=True, default="", max_length=2000)
    code = models.CharField(max_length=20, null=True, blank=True)  # noqa: DJ001  NULL is what a unique column needs
    rooms = models.PositiveSmallIntegerField(default=1)
    distance = models.BigIntegerField(null=True, blank=True)
    cost = models.DecimalField(max_digits=8, decimal_places=2, default=0)
    discount = models.DecimalField(max_digits=5, decimal_places=3, null=True, blank=True)
    urgent = models.BooleanField(default=False)
    day = models.DateField()
    closed_on = models.DateField(null=True, blank=True)
    starts_at = models.DateTimeField(null=True, blank=True)
    priority = models.CharField(max_length=10, choices=Priority, default=Priority.NORMAL)
    level = models.SmallIntegerField(choices=[(1, "Low"), (2, "High")], null=True, blank=True)
    inspector = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=unset, null=True, blank=True, related_name="+")
    site = models.ForeignKey(WorkSite, on_delete=models.PROTECT)

    class Meta:
        indexes = [
            *(
                PageIndex("owner", column)
                for column in ("created_at", "code", "rooms", "distance", "cost", "discount", "urgent", "day")
            ),
            *(
                PageIndex("owner", column)
                for column in ("closed_on", "starts_at", "priority", "level", "inspector", "site")
            ),
            PageIndex("site", "created_at"),
            PageIndex("site", "day"),
        ]
        constraints = [
            UniqueConstraint(name="inspection_code_once", fields=["owner", "code"], deferrable=Deferrable.DEFERRED),
            models.CheckConstraint(
                name="inspection_costs_nothing_below_zero",
                condition=Q(cost__gte=0),
                violation_error_message="Must not be below zero.",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Notice(ResourceModel):
    """Something that everyone may read and write."""

    text = models.CharField(max_length=200)
    details = models.TextField(blank=True, default="", max_length=10_000)

    class Meta:
        indexes = [PageIndex("created_at"), PageIndex("text")]

    def __str__(self) -> str:
        return self.text
