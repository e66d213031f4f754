"""API users and their sessions are locked, unlocked and revoked in the admin."""

from django.contrib.admin.models import LogEntry

from tests.admin.staff import Staff, change_page
from tests.api.client import ApiClient
from tests.factories import UserFactory
from todoproject.accounts.models import RefreshFamily, User
from todoproject.accounts.refresh import login_session_begin

USERS = "/admin/accounts/user/"
SESSIONS = "/admin/accounts/refreshfamily/"


def refreshes(token: str) -> int:
    return ApiClient().send("POST", "/auth/token/refresh", {"refresh": token}).status_code


def test_a_locked_user_can_refresh_nothing_and_is_told_nothing(editor: Staff, owner: User) -> None:
    token, other = login_session_begin(owner).refresh, login_session_begin(UserFactory.create()).refresh
    locked = UserFactory.create(is_active=False)
    answer = editor.act("lock", [owner, locked], path=USERS)
    assert editor.told(answer) == ["1 user locked. 1 unchanged: already so, or only a superuser may change them."]
    assert not User.objects.get(pk=owner.pk).is_active
    assert RefreshFamily.objects.get(user=owner).revoked_at is not None
    assert (refreshes(token), refreshes(other)) == (401, 200)
    entry = LogEntry.objects.get()
    assert (entry.object_repr, entry.change_message) == ("ada", "Locked; all login sessions ended.")


def test_an_unlocked_user_logs_in_again_but_their_old_sessions_stay_ended(editor: Staff, owner: User) -> None:
    token = login_session_begin(owner).refresh
    editor.act("lock", [owner], path=USERS)
    answer = editor.act("unlock", [owner], path=USERS)
    assert editor.told(answer)[-1] == "1 user unlocked."
    assert refreshes(token) == 401
    owner.refresh_from_db()
    assert refreshes(login_session_begin(owner).refresh) == 200
    assert LogEntry.objects.filter(change_message="Unlocked.").count() == 1


def test_nobody_locks_themselves_and_an_editor_no_superuser(editor: Staff, superuser: Staff) -> None:
    editor.act("lock", [editor.user, superuser.user], path=USERS)
    editor.act("revoke_sessions", [superuser.user], path=USERS)
    superuser.act("lock", [superuser.user], path=USERS)
    assert not User.objects.filter(is_active=False).exists()
    assert editor.get("/admin/").status_code == 200
    superuser.act("lock", [editor.user], path=USERS)
    assert User.objects.get(is_active=False) == editor.user
    assert editor.get("/admin/").status_code == 302, "a locked colleague is out at the next click"


def test_an_editor_ends_no_superusers_session_in_the_list_of_sessions_either(
    editor: Staff, superuser: Staff, owner: User
) -> None:
    kept, ended = login_session_begin(superuser.user).refresh, login_session_begin(owner).refresh
    answer = editor.act("revoke", list(RefreshFamily.objects.all()), path=SESSIONS)
    assert editor.told(answer) == ["1 login session revoked."]
    assert (refreshes(kept), refreshes(ended)) == (200, 401)
    superuser.act("revoke", list(RefreshFamily.objects.filter(user=superuser.user)), path=SESSIONS)
    assert not RefreshFamily.objects.filter(revoked_at=None).exists()


def test_the_checkbox_in_the_form_ends_sessions_like_the_action(superuser: Staff, owner: User) -> None:
    token = login_session_begin(owner).refresh
    form = {"username": "ada", "date_joined": "2026-11-23T12:00"}
    assert superuser.post(change_page("accounts_user", owner.pk), form).status_code == 302
    assert not User.objects.get(pk=owner.pk).is_active
    assert RefreshFamily.objects.get().revoked_at is not None
    assert refreshes(token) == 401


def test_one_session_is_revoked_and_the_others_go_on_until_all_are(editor: Staff, owner: User) -> None:
    stolen, *others = (login_session_begin(owner).refresh for _ in range(3))
    family = RefreshFamily.objects.earliest("created_at")
    editor.act("revoke", [family], path=SESSIONS)
    assert (refreshes(stolen), refreshes(others[0])) == (401, 200)
    assert editor.told(editor.act("revoke", [family], path=SESSIONS))[-1] == "0 login sessions revoked."
    assert LogEntry.objects.get().object_id == str(family.pk)
    answer = editor.act("revoke_sessions", [owner], path=USERS)
    assert editor.told(answer)[-1] == "2 login sessions revoked."
    assert {refreshes(token) for token in others} == {401}
    assert LogEntry.objects.count() == 3
    assert User.objects.get(pk=owner.pk).is_active


def test_sessions_are_found_by_user_and_state(reader: Staff, owner: User) -> None:
    login_session_begin(owner)
    login_session_begin(UserFactory.create(username="grace"))
    RefreshFamily.objects.filter(user=owner).update(revoked_at="2026-11-23T12:00Z")
    mine = reader.see(SESSIONS, user__id__exact=str(owner.pk))
    assert " 1 login session " in " ".join(mine.split())
    assert ">revoked<" in mine
    for state, number in (("open", 1), ("revoked", 1), ("expired", 0)):
        assert f" {number} login session" in " ".join(reader.see(SESSIONS, state=state).split())
    assert f'href="{SESSIONS}?user__id__exact={owner.pk}"' in reader.see(USERS)


def test_a_reader_locks_and_revokes_nobody(reader: Staff, owner: User) -> None:
    token = login_session_begin(owner).refresh
    reader.act("lock", [owner], path=USERS)
    reader.act("revoke_sessions", [owner], path=USERS)
    reader.act("revoke", list(RefreshFamily.objects.all()), path=SESSIONS)
    assert User.objects.get(pk=owner.pk).is_active
    assert refreshes(token) == 200
