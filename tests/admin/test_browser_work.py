"""A day's work in the admin, in a real browser against the real service: find, change by the thousand, export."""

import csv
import re
from collections.abc import Generator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, StorageState

from tests.admin.browser import Visitor
from tests.admin.staff import TODOS
from tests.service import PASSWORD, Service

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def logged_in(browser: Browser, service: Service, people: None) -> StorageState:
    """The cookies of an editor: a login costs as much as a password's hash should."""
    somebody = Visitor(browser, service.url)
    somebody.log_in("b-edith", PASSWORD)
    cookies = somebody.context.storage_state()
    somebody.context.close()
    return cookies


@pytest.fixture
def editor(browser: Browser, service: Service, logged_in: StorageState) -> Generator[Visitor, None, None]:
    somebody = Visitor(browser, service.url, cookies=logged_in)
    somebody.go("/admin/")
    yield somebody
    somebody.context.close()
    assert somebody.problems == []


def found(page: Page) -> int:
    return int(re.findall(r"\d+", page.inner_text(".paginator"))[-1])


def test_the_start_page_leads_to_the_lists(editor: Visitor) -> None:
    page = editor.page
    assert "operations" in page.inner_text("#site-name")
    page.click(".figures a:has-text('overdue')")
    assert page.url.endswith(f"{TODOS}?state=overdue")
    assert page.inner_text("#result_list tbody tr:first-child .field-state") == "overdue"


def test_a_todo_is_found_by_its_words_and_its_owner(editor: Visitor) -> None:
    page = editor.page
    editor.go(TODOS)
    page.fill("#searchbar", "b-ada's 0042")
    page.press("#searchbar", "Enter")
    page.wait_for_url("**q=*")
    assert found(page) == 1
    editor.go(TODOS)
    editor.choose("owner__id__exact", "b-linus")
    page.click(".form-filter:has([name=owner__id__exact]) button")
    page.wait_for_url("**owner__id__exact=*")
    assert found(page) == 5


def test_a_thousand_todos_are_completed_reopened_and_exported(editor: Visitor, tmp_path: Path) -> None:
    page = editor.page
    editor.go(f"{TODOS}?q=b-ada%27s")
    for action, verb, past in (("complete", "Complete", "completed"), ("reopen", "Reopen", "reopened")):
        editor.select_all(across=True)
        assert "All 1000 selected" in page.inner_text(".actions")
        editor.act(action)
        assert f"1,000 todos will be {past}." in page.inner_text("#content")
        page.click(f"text={verb} 1,000 todos >> visible=true >> nth=-1")
        assert editor.message() == f"1,000 todos {past}."
        assert page.inner_text("#result_list tbody tr:last-child .field-state") != verb
    with page.expect_download() as download:
        page.click("text=Export this list as CSV")
    assert re.fullmatch(r"todos-\d{4}-\d\d-\d\d\.csv", download.value.suggested_filename)
    path = tmp_path / "todos.csv"
    download.value.save_as(path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 1000
    assert {(row["owner"], row["completed"]) for row in rows} == {("b-ada", "no")}


def test_todos_are_reassigned_and_their_history_says_so(editor: Visitor) -> None:
    page = editor.page
    editor.go(f"{TODOS}?q=b-nora%27s")
    editor.select_all()
    editor.act("reassign")
    editor.choose("owner", "b-grace")
    page.click("input[type=submit]")
    assert editor.message() == "5 todos reassigned to b-grace."
    page.click("#result_list tbody tr:first-child th a")
    page.click(".historylink")
    assert "Reassigned from b-nora to b-grace." in page.inner_text("#change-history")
    editor.go("/admin/admin/logentry/?q=b-nora")
    assert "b-edith" in page.inner_text("#result_list tbody tr:first-child")


def test_everything_can_be_done_from_the_keyboard(visitor: Visitor) -> None:
    """Log in, search, open, change and save, by Tab, Enter, Space and typing alone."""
    page = visitor.page

    def tab_to(selector: str) -> None:
        for _ in range(80):
            page.keyboard.press("Tab")
            if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
                return
        raise AssertionError(f"Tab never reaches {selector} on {page.url}")

    visitor.go("/admin/")
    page.keyboard.type("b-edith")
    tab_to("#id_password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector(".figures")
    tab_to(".model-todo a:not(.addlink)")
    page.keyboard.press("Enter")
    page.wait_for_selector("#searchbar")
    tab_to("#searchbar")
    page.keyboard.type("b-mary's 0003")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=*")
    tab_to("#result_list tbody th a")
    page.keyboard.press("Enter")
    page.wait_for_selector("#id_title")
    tab_to("#id_completed")
    page.keyboard.press("Space")
    tab_to("input[name=_save]")
    page.keyboard.press("Enter")
    page.wait_for_selector(".messagelist .success")
    assert "was changed successfully" in visitor.message()
    assert page.inner_text("#result_list tbody .field-state") == "completed"


PAGES = (
    TODOS,
    f"{TODOS}add/",
    f"{TODOS}?q=b-ada%27s&created_at_from=2026-01-01",
    "/admin/accounts/user/",
    "/admin/accounts/user/add/",
    "/admin/accounts/refreshfamily/",
    "/admin/accounts/failedlogin/",
    "/admin/admin/logentry/",
    "/admin/auth/group/",
    "/admin/password_change/",
    "/docs/errors",
    "/docs",
)


def test_no_page_complains(visitor: Visitor) -> None:
    """The fixture looks at the console, where forbidden scripts and styles show too."""
    visitor.log_in("b-root", PASSWORD)
    for path in ("/admin/accounts/user/", "/admin/accounts/refreshfamily/", "/admin/auth/group/"):
        visitor.go(path)
        visitor.page.click("#result_list tbody th a")
    for path in PAGES:
        visitor.go(path)
    visitor.page.wait_for_selector(".opblock")  # Swagger UI has drawn the last of them
