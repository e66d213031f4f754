"""Each action is one line of the audit trail, with who and what, and without text of a client."""

import json
import logging
import re
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group
from django.db import transaction
from django.test import Client, RequestFactory
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from tests.api.client import ApiClient, parsed
from tests.factories import UserFactory
from tests.postgresql_plugin import ROOT
from tests.sample import PLAIN
from todoproject import audit
from todoproject.accounts.models import RefreshFamily, User
from todoproject.accounts.tokens import issue_access
from todoproject.audit import TARGETS_IN_A_LINE
from todoproject.audit.signals import changed_fields
from todoproject.logs.formatter import JsonFormatter

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_hasher")]

PASSWORD = "correct horse battery staple"
CLIENT = "127.0.0.1"

Recorded = Callable[[], AbstractContextManager[list[dict[str, Any]]]]


class Lines(logging.Handler):
    """Keeps the lines as stdout and CloudWatch get them."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(JsonFormatter())
        self.lines: list[dict[str, Any]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(json.loads(self.format(record)))


@pytest.fixture
def recorded(django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> Recorded:
    """`with recorded() as lines: …`: the lines that were written inside, there at the end of the block."""

    @contextmanager
    def block() -> Generator[list[dict[str, Any]]]:
        handler = Lines()
        logging.getLogger("audit").addHandler(handler)
        try:
            with django_capture_on_commit_callbacks(execute=True):
                yield handler.lines
        finally:
            logging.getLogger("audit").removeHandler(handler)

    return block


@pytest.fixture
def user() -> User:
    return UserFactory.create()


@pytest.fixture
def person() -> User:
    """A user who can log in."""
    return UserFactory.create(password=PASSWORD)


@pytest.fixture
def api(user: User) -> ApiClient:
    return ApiClient(issue_access(user.pk), user=user, subject=PLAIN)


@pytest.fixture
def staff() -> User:
    return UserFactory.create(is_staff=True, is_superuser=True)


@pytest.fixture
def browser(staff: User) -> Client:
    client = Client()
    client.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    return client


def only(lines: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the only line without the common fields; it has a request id and no secret."""
    (line,) = lines
    assert line.pop("timestamp")
    assert line.pop("request_id")
    text = json.dumps(line)
    for secret in (PASSWORD, "eyJ", "Secret plan"):
        assert secret not in text
    return {name: line[name] for name in line if name not in {"level", "logger", "message", "colour"}}


def line(action: str, user: User | None, **members: Any) -> dict[str, Any]:
    return {"action": action, "user_id": user.pk if user else None, "address": CLIENT, **members}


def test_each_write_is_one_line_with_names_of_fields_and_no_values(
    recorded: Recorded, api: ApiClient, user: User
) -> None:
    with recorded() as lines:
        key = api.create(text="Secret plan")["id"]
    assert only(lines) == line("notice.created", user, target=str(key))
    with recorded() as lines:
        api.send("PATCH", f"/notices/{key}", {"text": "Another plan"})
    assert only(lines) == line("notice.changed", user, target=str(key), changes=["text"])
    with recorded() as lines:
        api.send("DELETE", f"/notices/{key}")
    assert only(lines) == line("notice.deleted", user, target=str(key))


def test_a_repeated_request_with_an_idempotency_key_is_not_recorded_again(recorded: Recorded, api: ApiClient) -> None:
    with recorded() as lines:
        for _ in range(2):
            api.send("POST", "/notices", {"text": "Secret plan"}, headers={"Idempotency-Key": "k"})
    assert only(lines)["action"] == "notice.created"


def test_deleting_a_list_is_one_line_with_their_number(recorded: Recorded, api: ApiClient, user: User) -> None:
    for _ in range(3):
        api.create()
    with recorded() as lines:
        api.send("DELETE", "/notices")
    assert only(lines) == line("notice.deleted", user, count=3)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/notices", None),
        ("DELETE", "/notices", None),
        ("POST", "/notices", {"text": ""}),
        ("PATCH", "/notices/1", {"text": "x"}),
        ("DELETE", "/notices/1", None),
    ],
)
def test_a_request_that_changes_nothing_is_not_recorded(
    recorded: Recorded, api: ApiClient, method: str, path: str, body: object
) -> None:
    with recorded() as lines:
        assert api.send(method, path, body).status_code in {200, 204, 400, 404}
    assert lines == []


def test_a_change_that_is_rolled_back_is_not_recorded(recorded: Recorded) -> None:
    with recorded() as lines:
        with transaction.atomic():
            audit.record("notice.created", target=1)
            transaction.set_rollback(True)
        assert lines == []
    assert lines == []


def test_a_login_is_one_line_with_its_session(recorded: Recorded, person: User) -> None:
    with recorded() as lines:
        answer = ApiClient().send("POST", "/auth/token", {"username": person.username, "password": PASSWORD})
        assert answer.status_code == 200
    assert only(lines) == line("login.succeeded", person, target=str(RefreshFamily.objects.get(user=person).pk))


def test_a_failed_login_names_the_account_that_was_tried(recorded: Recorded, user: User) -> None:
    with recorded() as lines:
        ApiClient().send("POST", "/auth/token", {"username": user.username, "password": "Secret plan"})
    assert only(lines) == line("login.failed", None, target=str(user.pk))


@pytest.mark.parametrize("typed", ["Secret plan", "x" * 100])
def test_a_failed_login_never_repeats_what_was_typed_as_a_name(recorded: Recorded, typed: str) -> None:
    with recorded() as lines:
        ApiClient().send("POST", "/auth/token", {"username": typed, "password": PASSWORD})
    assert only(lines) == line("login.failed", None)


def test_a_refresh_token_used_twice_is_one_line_that_names_the_session(recorded: Recorded, person: User) -> None:
    tokens = parsed(ApiClient().send("POST", "/auth/token", {"username": person.username, "password": PASSWORD}))
    refresh = {"refresh": tokens["refresh"]}
    with recorded() as lines:
        for status in (200, 401, 401):
            assert ApiClient().send("POST", "/auth/token/refresh", refresh).status_code == status
            RefreshFamily.objects.update(last_used_at=timezone.now() - timedelta(minutes=1))
    session = RefreshFamily.objects.get(user=person)
    reason = "a refresh token was used twice"
    assert only(lines) == line("session.revoked", person, target=str(session.pk), reason=reason)


def test_the_end_of_a_session_by_a_new_password_says_why(recorded: Recorded, person: User) -> None:
    tokens = parsed(ApiClient().send("POST", "/auth/token", {"username": person.username, "password": PASSWORD}))
    person.set_password("another")
    person.save()
    with recorded() as lines:
        ApiClient().send("POST", "/auth/token/refresh", {"refresh": tokens["refresh"]})
    assert only(lines)["reason"] == "the user is inactive or has another password"


def test_the_admins_login_and_logout_are_a_line_each(recorded: Recorded) -> None:
    staff = UserFactory.create(is_staff=True, is_superuser=True, password=PASSWORD)
    browser = Client()
    with recorded() as lines:
        browser.post("/admin/login/", {"username": staff.username, "password": PASSWORD})
    assert only(lines) == line("login.succeeded", staff)
    with recorded() as lines:
        browser.post("/admin/logout/")
    assert only(lines) == line("logout", staff)


def test_the_wrong_password_that_is_one_too_many_is_a_lock_out(
    recorded: Recorded, user: User, settings: Settings
) -> None:
    settings.AXES_FAILURE_LIMIT = 2
    with recorded() as lines:
        for _ in range(3):
            ApiClient().send("POST", "/auth/token", {"username": user.username, "password": "Secret plan"})
    actions = ["login.failed", "login.locked_out", "login.locked_out"]
    assert [(entry["action"], entry["target"]) for entry in lines] == [(action, str(user.pk)) for action in actions]


def test_one_row_in_the_admin_created_changed_and_deleted_is_a_line_each(
    recorded: Recorded, browser: Client, staff: User
) -> None:
    with recorded() as lines:
        browser.post("/admin/auth/group/add/", {"name": "Secret plan"})
    group = Group.objects.get(name="Secret plan")
    assert only(lines) == line("group.created", staff, target=str(group.pk))
    with recorded() as lines:
        browser.post(f"/admin/auth/group/{group.pk}/change/", {"name": "Secret plan B"})
    assert only(lines) == line("group.changed", staff, target=str(group.pk), changes=["name"])
    with recorded() as lines:
        browser.post(f"/admin/auth/group/{group.pk}/delete/", {"post": "yes"})
    assert only(lines) == line("group.deleted", staff, target=str(group.pk))


def test_no_list_of_the_admin_deletes_many_rows_which_nothing_would_record(staff: User) -> None:
    request = RequestFactory().get("/admin/")
    request.user = staff
    actions = [name for model_admin in admin.site._registry.values() for name in model_admin.get_actions(request)]
    assert "lock" in actions
    assert "delete_selected" not in actions


def test_a_history_entry_that_is_changed_later_is_not_recorded_again(recorded: Recorded, staff: User) -> None:
    (entry,) = LogEntry.objects.log_actions(staff.pk, [staff], CHANGE, [{"changed": {"fields": ["Active"]}}])
    with recorded() as lines:
        entry.save()
    assert lines == []


@pytest.mark.parametrize(
    ("message", "names"),
    [
        ('[{"changed": {"fields": ["Due at"]}}]', ["due_at"]),
        ('[{"added": {"name": "todo", "object": "Secret plan"}}]', []),
        ("Secret plan", []),
        ("", []),
        ("5", []),
        ("[5]", []),
    ],
)
def test_only_names_of_fields_are_kept_of_a_change_message(message: str, names: list[str]) -> None:
    assert changed_fields(message) == names


def test_a_bulk_change_is_one_line_that_lists_the_rows(recorded: Recorded, staff: User) -> None:
    with recorded() as lines:
        audit.record("notice.completed", actor=staff.pk, targets=[1, 2], changes=["completed"])
        audit.record("notice.completed", actor=staff.pk, targets=[], changes=["completed"])
    (entry,) = lines
    assert entry["targets"] == ["1", "2"]
    assert (entry["count"], entry["changes"], entry["user_id"]) == (2, ["completed"], staff.pk)


def test_thousands_of_rows_are_several_lines_that_no_container_runtime_cuts(recorded: Recorded) -> None:
    targets = [f"{number:036}" for number in range(2 * TARGETS_IN_A_LINE + 1)]  # as long as a UUID
    with recorded() as lines:
        audit.record("session.revoked", targets=targets, reason="revoked in the admin")
    assert [entry["count"] for entry in lines] == [TARGETS_IN_A_LINE, TARGETS_IN_A_LINE, 1]
    assert [target for entry in lines for target in entry["targets"]] == targets
    assert max(len(json.dumps(entry)) for entry in lines) < 16 * 1024 - 100


def test_the_address_is_that_of_the_client_and_ends_with_its_request(recorded: Recorded, api: ApiClient) -> None:
    with recorded() as lines:
        api.generic("POST", "/notices", b'{"text": "x"}', content_type="application/json", REMOTE_ADDR="192.0.2.7")
        api.send("POST", "/notices", {"text": "x"})
    assert [entry["address"] for entry in lines] == ["192.0.2.7", CLIENT]


def test_the_page_lists_every_action_that_the_code_records_and_no_other() -> None:
    sources = [path.read_text() for path in (ROOT / "todoproject").rglob("*.py")]
    by_name = re.compile(r"record\(\s*\"([a-z_.]+)\"")
    of_resources = re.compile(r"record\(\s*(?:f\"\{[^}]+\}\.|self\.action\(\")([a-z]+)\"")
    recorded_here = {name for source in sources for name in by_name.findall(source)}
    recorded_here |= {f"RESOURCE.{verb}" for source in sources for verb in of_resources.findall(source)}
    page = (ROOT / "docs" / "audit.md").read_text()
    assert set(re.findall(r"^\| `([A-Za-z_.]+)` \|", page, re.MULTILINE)) == recorded_here
