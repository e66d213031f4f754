"""The serializer of a resource: a DRF ModelSerializer with the strict fields of this service."""

from typing import Any

from rest_framework import serializers


class ResourceSerializer(serializers.ModelSerializer[Any]):
    """`Meta.model` and `Meta.fields` are Django REST framework's; the fields take exactly their JSON type."""
