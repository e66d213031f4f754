"""The demo data: rows of all users on the first page, all of them valid."""

from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.admin import ModelAdmin
from django.core.management import call_command
from django.db.models import Model
from django.utils import timezone
from django.utils.module_loading import module_has_submodule

from tests.factories import UserFactory

pytestmark = pytest.mark.usefixtures("quick_hasher")

Demo = Callable[[], object]

SOURCES = [
    import_module(f"{config.name}.demo")
    for config in apps.get_app_configs()
    if module_has_submodule(config.module, "demo")
]

ADMIN_PAGE = ModelAdmin.list_per_page
#: Whose rows somebody sees first: all people's, or nobody's, where rows belong to nobody.
PEOPLE: tuple[set[str], ...] = ({"ada", "grace", "linus"}, set())


def rows() -> list[list[Any]]:
    """Return the rows of each model that has demo data, the newest first."""
    owner = UserFactory.create()
    models: dict[type[Model], None] = dict.fromkeys(
        type(row) for source in SOURCES for row in source.demo_rows(owner.pk, 20, timezone.now())
    )
    owner.delete()
    return [list(model._default_manager.order_by("-pk")) for model in models]


@pytest.fixture
def demo(db: None, tmp_path: Path) -> Demo:
    """Load the demo data, and return what loads it again."""
    password = tmp_path / "password"
    password.write_text("a long passphrase")
    call_command("demo", password_file=password)
    return partial(call_command, "demo", password_file=password)


def test_the_first_rows_of_the_admin_belong_to_all_and_a_second_time_changes_nothing(
    demo: Demo,
) -> None:
    made = rows()
    for newest in made:
        assert [row.created_at for row in newest] == sorted((row.created_at for row in newest), reverse=True)
        assert {row.owner.username for row in newest[:ADMIN_PAGE] if hasattr(row, "owner")} in PEOPLE
    demo()
    assert rows() == made


def test_a_resource_that_is_added_later_gets_rows_of_the_users_that_are_there(demo: Demo) -> None:
    made = [len(each) for each in rows()]
    for each in reversed(rows()):  # those that nothing leads to first
        type(each[0])._default_manager.all().delete()
    demo()
    assert [len(each) for each in rows()] == made


def test_rows_that_were_deleted_come_back_beside_those_that_they_led_to(demo: Demo) -> None:
    *_, last = rows()
    type(last[0])._default_manager.all().delete()
    demo()
    assert len(rows()[-1]) == len(last)


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: str(source.__name__))
def test_every_row_is_one_that_its_form_would_take_and_the_same_every_time(db: None, source: Any) -> None:
    owner, now = UserFactory.create(), timezone.now()
    made = list(source.demo_rows(owner.pk, 50, now))
    assert len(made) >= 50
    for row in made:
        for key in (field.name for field in row._meta.concrete_fields if field.is_relation):
            setattr(row, key, getattr(row, key))  # rows that are led to come first, and have got their keys since
        row.full_clean()
        row.save()
        assert row.created_at <= now
    again = list(source.demo_rows(owner.pk, 50, now))
    assert [str(row) for row in again] == [str(row) for row in made]
