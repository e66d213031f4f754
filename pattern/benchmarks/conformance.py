"""Visits, for the service's cost of another resource: one of tests/conformance with as many columns as a todo has.

ROOT_URLCONF of `conformance_settings`: a text, a long text, a boolean, an integer, and two that may be null.
"""

from tests.conformance import api
from tests.conformance.models import Inspection
from todoproject.api.resource import Resource, resource_urls
from todoproject.api.scope import Owned
from todoproject.api.serializers import ResourceSerializer


class VisitSerializer(ResourceSerializer):
    """A visit."""

    class Meta:
        model = Inspection
        fields = (
            *("id", "url", "title", "notes", "urgent", "starts_at"),
            *("distance", "closed_on", "created_at", "updated_at"),
        )


class Visits(Resource):
    """The caller's own visits."""

    serializer = VisitSerializer
    scope = Owned("owner")
    orderings = ("created_at", "starts_at", "distance", "closed_on")


urlpatterns = [*api.urlpatterns, *resource_urls("visits", Visits)]
handler500 = api.handler500
