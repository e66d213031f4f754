"""The two roles of operations staff exist in a fresh database, and may do what they are for and nothing else."""

import re
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command

from tests.admin.resources import RESOURCES, make, page
from tests.admin.staff import Staff, change_page
from tests.factories import UserFactory
from todoproject.accounts.models import User
from todoproject.admin.roles import EDITOR, READ_ONLY

RESOURCE = RESOURCES[0]
APP = RESOURCE.opts.app_label


def of_resources(*actions: str) -> set[str]:
    return {f"{one.opts.app_label}.{verb}_{one.opts.model_name}" for one in RESOURCES for verb in actions}


SEES = of_resources("view") | {
    "conformance.view_team",
    "accounts.view_user",
    "accounts.view_refreshfamily",
    "accounts.view_failedlogin",
    "admin.view_logentry",
}
ACTS = of_resources("add", "change", "delete") | {
    "accounts.lock_user",
    "accounts.revoke_refreshfamily",
    "accounts.lift_failedlogin",
}
LISTS = [
    *map(page, RESOURCES),
    "/admin/accounts/user/",
    "/admin/accounts/refreshfamily/",
    "/admin/accounts/failedlogin/",
    "/admin/admin/logentry/",
]


def granted(role: str) -> set[str]:
    permissions = Group.objects.get(name=role).permissions.select_related("content_type")
    return {f"{permission.content_type.app_label}.{permission.codename}" for permission in permissions}


def test_a_fresh_database_has_the_roles_with_exactly_these_permissions(db: None) -> None:
    assert (granted(READ_ONLY), granted(EDITOR)) == (SEES, SEES | ACTS)


def every_way_to(*kinds: Any) -> set[str]:
    return {f"Can {verb} {kind}" for verb in ("add", "change", "delete", "view") for kind in kinds}


@pytest.mark.parametrize(
    ("app", "names"),
    [
        (APP, every_way_to(*(one._meta.verbose_name for one in apps.get_app_config(APP).get_models()))),
        (
            "accounts",
            every_way_to("user", "login session", "failed login")
            | {"Can lock and unlock users", "Can revoke login sessions", "Can lift lock-outs"},
        ),
        ("admin", every_way_to("log entry")),
    ],
)
def test_permissions_of_a_new_migration_are_granted_with_it(db: None, app: str, names: set[str]) -> None:
    Permission.objects.filter(content_type__app_label=app).delete()  # as before the tables were there
    assert granted(EDITOR) == {name for name in SEES | ACTS if not name.startswith(f"{app}.")}
    call_command("migrate", verbosity=0)
    assert (granted(READ_ONLY), granted(EDITOR)) == (SEES, SEES | ACTS)
    made = Permission.objects.filter(content_type__app_label=app).values_list("name", flat=True)
    assert set(made) == names


def test_a_flushed_database_has_the_roles_again(transactional_db: None) -> None:
    call_command("flush", interactive=False, verbosity=0)
    assert (granted(READ_ONLY), granted(EDITOR)) == (SEES, SEES | ACTS)


def test_what_a_superuser_took_from_a_role_stays_taken(db: None) -> None:
    delete = Permission.objects.get(codename=f"delete_{RESOURCE.opts.model_name}")
    Group.objects.get(name=EDITOR).permissions.remove(delete)
    call_command("migrate", verbosity=0)
    assert granted(EDITOR) == (SEES | ACTS) - {f"{APP}.delete_{RESOURCE.opts.model_name}"}


def test_a_reader_sees_every_list_and_no_way_to_change_it(reader: Staff) -> None:
    make(RESOURCE.model)
    for path in LISTS:
        text = reader.see(path)
        assert "addlink" not in text
        assert set(re.findall('<option value="([a-z_]+)">', text)) <= {"export"}


def test_an_editor_changes_resources_but_no_user(editor: Staff, owner: User) -> None:
    assert 'name="_save"' in editor.see(page(RESOURCE, "change", make(RESOURCE.model).pk))
    assert 'name="_save"' not in editor.see(change_page("accounts_user", editor.user.pk))
    answer = editor.post(change_page("accounts_user", editor.user.pk), {"username": "edith", "is_superuser": "on"})
    assert answer.status_code == 403
    assert editor.get("/admin/accounts/user/add/").status_code == 403
    assert editor.post(f"/admin/accounts/user/{owner.pk}/password/", {"password1": "x"}).status_code == 403


def test_no_hash_of_a_password_is_shown_to_staff(reader: Staff, quick_hasher: None) -> None:
    somebody = UserFactory.create(password="correct horse battery staple")
    text = reader.see(change_page("accounts_user", somebody.pk))
    assert somebody.password.split("$")[-1] not in text


def test_the_history_cannot_be_changed_by_anybody(superuser: Staff, owner: User) -> None:
    superuser.act("lock", [owner], path="/admin/accounts/user/")
    entry = superuser.user.logentry_set.get()
    for path in ("add/", f"{entry.pk}/delete/"):
        assert superuser.get(f"/admin/admin/logentry/{path}").status_code == 403
    assert superuser.post(f"/admin/admin/logentry/{entry.pk}/change/", {"change_message": "x"}).status_code == 403
    text = superuser.see(f"/admin/accounts/user/{superuser.user.pk}/delete/")
    assert "have permission to delete the following types of objects" in text


def test_an_api_user_does_not_get_in(owner: User) -> None:
    for path in ("/admin/", *LISTS):
        answer = Staff(owner).get(path)
        assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/admin/login/")
