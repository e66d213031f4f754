"""The resources of tests/conformance in the admin, with everything derived from their models."""

from django.contrib import admin

from tests.conformance.models import Inspection, Notice, Team, WorkSite
from todoproject.admin.model_admin import OperationsModelAdmin
from todoproject.admin.resource_admin import ResourceAdmin


@admin.register(Team)
class TeamAdmin(OperationsModelAdmin):
    """Where the key of a work site is looked for."""

    search_fields = ("name",)
    ordering = ("name",)


admin.site.register([WorkSite, Inspection, Notice], ResourceAdmin)
