"""The resources of tests/conformance beside those of the service: ROOT_URLCONF of the tests."""

from tests.conformance.models import Inspection, Notice, WorkSite
from todoproject import urls
from todoproject.api.filters import Exact, Range, Search
from todoproject.api.resource import Resource, nested_urls, resource_urls
from todoproject.api.scope import Everyone, Owned, Shared
from todoproject.api.serializers import ResourceSerializer

TEAM = "membership__team"


class WorkSiteSerializer(ResourceSerializer):
    """A work site."""

    class Meta:
        model = WorkSite
        fields = ("id", "url", "name", "created_at", "updated_at")


class WorkSites(Resource):
    """The work sites of the caller's team."""

    serializer = WorkSiteSerializer
    scope = Shared("team", TEAM)
    filters = {"q": Search("name")}
    orderings = ("created_at", "name")


class InspectionSerializer(ResourceSerializer):
    """An inspection."""

    class Meta:
        model = Inspection
        fields = (
            *("id", "url", "title", "notes", "code", "rooms", "distance", "cost", "discount", "urgent", "day"),
            *("closed_on", "starts_at", "priority", "level", "inspector", "site", "created_at", "updated_at"),
        )


class Inspections(Resource):
    """The caller's own inspections."""

    serializer = InspectionSerializer
    scope = Owned("owner")
    references = {"inspector": Shared(TEAM, TEAM)}
    filters = {
        "title": Exact(),
        "code": Exact(),
        "rooms": Range(),
        "distance": Range(),
        "cost": Range(),
        "discount": Range(),
        "urgent": Exact(),
        "day": Exact(),
        "closed": Range("closed_on"),
        "starts": Range("starts_at"),
        "priority": Exact(),
        "level": Exact(),
        "inspector": Exact(),
        "site": Exact(),
        "q": Search("title", "notes"),
    }
    orderings = (
        *("created_at", "code", "rooms", "distance", "cost", "discount", "urgent", "day", "closed_on", "starts_at"),
        *("priority", "level", "inspector", "site"),
    )


class NoticeSerializer(ResourceSerializer):
    """A notice."""

    class Meta:
        model = Notice
        fields = ("id", "url", "text", "details", "created_at", "updated_at")


class Notices(Resource):
    """The notices of all."""

    serializer = NoticeSerializer
    scope = Everyone()
    filters = {"q": Search("text")}
    orderings = ("created_at", "text")


urlpatterns = [
    *urls.urlpatterns,
    *resource_urls("work-sites", WorkSites),
    *resource_urls("inspections", Inspections),
    *resource_urls("notices", Notices),
    *nested_urls("work-sites/{site}/inspections", Inspections, orderings=("created_at", "day")),
]
handler500 = urls.handler500
