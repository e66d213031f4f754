"""No change in the admin makes a user's row point at a row that this user does not see."""

import pytest

from tests.admin.resources import form_at, make
from tests.admin.staff import Staff, change_page
from tests.conformance.models import Inspection, Membership, Team, WorkSite
from tests.factories import UserFactory

LIST = "/admin/conformance/inspection/"


@pytest.fixture
def inspection(db: None) -> Inspection:
    found: Inspection = make(Inspection)
    return found


@pytest.fixture
def foreign(db: None) -> WorkSite:
    made: WorkSite = WorkSite._default_manager.create(
        team=Team._default_manager.create(name="Others"), name="Their quay"
    )
    return made


def test_the_form_takes_no_key_that_the_owner_does_not_see(
    editor: Staff, inspection: Inspection, foreign: WorkSite
) -> None:
    path = change_page("conformance_inspection", inspection.pk)
    page = editor.post(path, form_at(editor, path) | {"site": foreign.pk})
    assert f"{inspection.owner} does not see this one." in page.content.decode()
    stranger = UserFactory.create()
    page = editor.post(path, form_at(editor, path) | {"owner": stranger.pk})
    assert f"{stranger} does not see this one." in page.content.decode()
    assert Inspection._default_manager.get().version == 1


def test_the_form_gives_a_row_to_an_owner_who_sees_its_new_keys(
    editor: Staff, inspection: Inspection, foreign: WorkSite
) -> None:
    stranger = UserFactory.create()
    Membership._default_manager.create(user=stranger, team=foreign.team)
    path = change_page("conformance_inspection", inspection.pk)
    form = form_at(editor, path) | {"owner": stranger.pk, "site": foreign.pk}
    assert editor.post(path, form).status_code == 302
    assert Inspection._default_manager.get().site == foreign


@pytest.mark.parametrize("field", ["site", "owner"])
def test_no_action_sets_a_key_outside_of_the_scope(
    editor: Staff, inspection: Inspection, foreign: WorkSite, field: str
) -> None:
    value = foreign if field == "site" else UserFactory.create()
    answer = editor.confirm(f"set_{field}", [inspection], 1, path=LIST, **{field: str(value.pk)})
    assert editor.told(answer)[-1].startswith("Nothing was changed: ")
    assert Inspection._default_manager.get().version == 1


def test_rows_of_several_users_get_no_key_at_once(editor: Staff, inspection: Inspection) -> None:
    other: Inspection = make(Inspection)
    answer = editor.confirm("set_site", [inspection, other], 2, path=LIST, site=str(other.site.pk))
    assert "belong to several users" in editor.told(answer)[-1]
