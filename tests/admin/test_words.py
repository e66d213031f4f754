"""Pages of the admin use the names of their rows, and lead back to their lists."""

from typing import cast

import pytest
from django.http import HttpResponse
from django.utils.text import capfirst
from pytest_django import Settings

from tests.admin.resources import RESOURCES, page
from tests.admin.staff import Staff, change_page

HISTORY, GROUPS = "/admin/admin/logentry/", "/admin/auth/group/"
LISTS = {
    **{page(one): capfirst(one.opts.verbose_name_plural) for one in RESOURCES},
    "/admin/accounts/user/": "Users",
    "/admin/accounts/refreshfamily/": "Login sessions",
    "/admin/accounts/failedlogin/": "Failed logins",
    HISTORY: "Changes",
}


def test_the_history_lists_changes_and_the_groups_are_roles(superuser: Staff) -> None:
    text = superuser.see("/admin/")
    assert f'<a href="{HISTORY}">Changes</a>' in text
    assert '<a href="/admin/auth/" class="section" title="Models in the Roles application">' in text
    assert "og entr" not in text + superuser.see(HISTORY)


@pytest.mark.parametrize(("path", "title"), LISTS.items())
def test_a_list_has_the_name_of_its_rows_as_heading(
    superuser: Staff, settings: Settings, path: str, title: str
) -> None:
    text = superuser.see(path)
    assert f"<title>{title} | {settings.TITLE}</title>" in text
    assert f"<h1>{title}</h1>" in text


@pytest.mark.parametrize("path", LISTS)
def test_a_list_says_once_in_which_zone_its_times_are(reader: Staff, path: str) -> None:
    assert reader.see(path).count("Times are UTC") == 1


@pytest.mark.parametrize("name", ["accounts_user", "accounts_refreshfamily", "auth_group"])
def test_an_unknown_id_leads_to_the_list_with_a_message(superuser: Staff, name: str) -> None:
    answer = cast(HttpResponse, superuser.get(change_page(name, 999)))
    assert answer.status_code == 302
    assert answer["Location"] == change_page(name, 999).partition("999")[0]
    assert ["with ID “999”" in message for message in superuser.told(answer)] == [True]
