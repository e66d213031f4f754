"""The start page: what is going on at a glance, and to whom it is shown."""

from datetime import timedelta

from axes.models import AccessAttempt
from django.contrib import admin
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from tests.admin.staff import Staff, tiles
from tests.factories import UserFactory
from todoproject.accounts.models import User
from todoproject.admin.model_admin import OperationsModelAdmin


def test_a_login_that_would_lead_elsewhere_leads_to_the_start_page(db: None, quick_hasher: None) -> None:
    UserFactory.create(username="root", password="a long passphrase", is_staff=True)
    credentials = {"username": "root", "password": "a long passphrase"}
    response = Client().post("/admin/login/?next=https://evil.example/", credentials)
    assert (response.status_code, response["Location"]) == (302, "/admin/")


def test_the_counts_of_accounts_are_right(superuser: Staff, owner: User) -> None:
    UserFactory.create_batch(2, is_active=False)
    attempt = {"username": "ada", "ip_address": "192.0.2.1", "failures_since_start": 5}
    AccessAttempt.objects.create(**attempt)
    old = AccessAttempt.objects.create(**attempt | {"username": "bob"})
    AccessAttempt.objects.filter(pk=old.pk).update(attempt_time=timezone.now() - timedelta(hours=1))
    shown = tiles(superuser.see("/admin/"))
    assert (shown["locked users"].number, shown["lock-outs now"].number) == ("2", "1")
    assert (shown["locked users"].alarming, shown["lock-outs now"].alarming) == (False, True)


def test_every_count_leads_to_the_list_that_it_counts(superuser: Staff) -> None:
    shown = tiles(superuser.see("/admin/"))
    lists = [one for one in admin.site._registry.values() if isinstance(one, OperationsModelAdmin)]
    assert list(shown) == [label for one in lists for label in one.tiles.values()]
    for tile in shown.values():
        assert superuser.get(tile.address).status_code == 200


def test_a_count_of_zero_is_not_alarming(superuser: Staff) -> None:
    assert not any(tile.alarming for tile in tiles(superuser.see("/admin/")).values())


def test_nobody_sees_counts_of_what_they_may_not_see(owner: User) -> None:
    assert tiles(Staff(UserFactory.create(is_staff=True)).see("/admin/")) == {}


def test_the_colour_of_the_release_is_shown_where_there_is_one(reader: Staff, settings: Settings) -> None:
    assert "colour-" not in reader.see("/admin/")
    settings.COLOUR = "green"
    assert '<span class="colour colour-green"' in reader.see("/admin/")


def test_the_page_is_named_after_the_service(reader: Staff, settings: Settings) -> None:
    page = reader.see("/admin/")
    assert f"{settings.TITLE} · operations" in page
    assert f"<title>At a glance | {settings.TITLE}</title>" in page
