"""The start page shows what is going on, and to whom; every page uses the names of its rows and leads to its list."""

from datetime import timedelta
from typing import Any

from axes.models import AccessAttempt
from django.contrib import admin
from django.test import Client
from django.utils import timezone
from django.utils.text import capfirst
from pytest_django import Settings

from tests.admin.resources import RESOURCES, page
from tests.admin.staff import Staff, change_page, tiles
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
    assert not any(tile.alarming for tile in shown.values())
    lists: Any = admin.site._registry.values()
    assert all(isinstance(one, OperationsModelAdmin) for one in lists), "these check their input"
    assert list(shown) == [label for one in lists for label in one.tiles.values()]
    for tile in shown.values():
        assert superuser.get(tile.address).status_code == 200


def test_nobody_sees_counts_of_what_they_may_not_see(owner: User) -> None:
    assert tiles(Staff(UserFactory.create(is_staff=True)).see("/admin/")) == {}


def test_the_colour_of_the_release_is_shown_where_there_is_one(reader: Staff, settings: Settings) -> None:
    assert "colour-" not in reader.see("/admin/")
    settings.COLOUR = "green"
    start = reader.see("/admin/")
    assert '<span class="colour colour-green"' in start
    assert f"{settings.TITLE} · operations" in start
    assert f"<title>At a glance | {settings.TITLE}</title>" in start


# ── Lists ────────────────────────────────────────────────────────────────────────────────────────────────────────────
LISTS = {
    **{page(one): capfirst(one.opts.verbose_name_plural) for one in RESOURCES},
    "/admin/accounts/user/": "Users",
    "/admin/accounts/refreshfamily/": "Login sessions",
    "/admin/accounts/failedlogin/": "Failed logins",
    "/admin/admin/logentry/": "Changes",
}


def test_a_list_has_the_name_of_its_rows_as_heading_and_says_once_in_which_zone_its_times_are(
    superuser: Staff, settings: Settings
) -> None:
    for path, title in LISTS.items():
        text = superuser.see(path)
        assert f"<title>{title} | {settings.TITLE}</title>" in text
        assert f"<h1>{title}</h1>" in text
        assert text.count("Times are UTC") == 1
        assert "og entr" not in text
    start = superuser.see("/admin/")
    assert '<a href="/admin/admin/logentry/">Changes</a>' in start
    assert '<a href="/admin/auth/" class="section" title="Models in the Roles application">' in start
    assert "og entr" not in start


def test_an_unknown_id_leads_to_the_list_with_a_message(superuser: Staff) -> None:
    for name in ("accounts_user", "accounts_refreshfamily", "auth_group"):
        answer: Any = superuser.get(change_page(name, 999))
        assert answer.status_code == 302
        assert answer["Location"] == change_page(name, 999).partition("999")[0]
        assert "with ID “999”" in superuser.told(answer)[-1]
