"""Where Django 5.2, which ships, and 6.1, which `.ci/next-django` tries, differ for us. All else is the same."""

import warnings

import django
import pytest
from django.contrib import admin
from django.test import RequestFactory

from tests.conformance.models import Inspection
from tests.factories import UserFactory


@pytest.mark.django_db
def test_only_django_6_1_announces_that_admin_actions_will_change_by_2028() -> None:
    request = RequestFactory().get("/admin/")
    request.user = UserFactory.create(is_staff=True, is_superuser=True)
    with warnings.catch_warnings(record=True) as announced:
        warnings.simplefilter("always")
        admin.site.get_model_admin(Inspection).get_actions(request)
        admin.site.get_model_admin(Inspection).get_action_choices(request)
    expected = {"RemovedInDjango2028Warning"} if django.VERSION >= (6, 1) else set()
    assert {warning.category.__name__ for warning in announced} == expected
