"""The admin in a real browser against the real service: every kind of field, many rows, the keyboard."""

import csv
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.apps import apps
from playwright.sync_api import Page

from tests.admin.browser import Visitor
from tests.service import PASSWORD

pytestmark = pytest.mark.ci
Visit = Callable[..., Visitor]

INSPECTIONS = "/admin/conformance/inspection/"
TYPED = {
    "title": "Look at the quay",
    "notes": "Bring a lamp.",
    "code": "Q-1",
    "rooms": "3",
    "distance": "-40",
    "cost": "12.50",
    "discount": "0.125",
    "day": "2026-12-01",
    "closed_on": "2026-12-02",
    "starts_at": "2026-12-01T09:30:15",
}


def found(page: Page) -> int:
    return int(re.findall(r"\d+", page.inner_text(".paginator"))[-1])


def exported(page: Page, path: Path) -> list[dict[str, str]]:
    """Return the rows of the table behind the list's button."""
    with page.expect_download() as download:
        page.click("text=Export this list as CSV")
    assert re.fullmatch(r"[a-z-]+-\d{4}-\d\d-\d\d\.csv", download.value.suggested_filename)
    download.value.save_as(path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_row_with_every_kind_of_field_is_added_found_changed_in_bulk_and_exported(
    visit: Visit, tmp_path: Path
) -> None:
    visitor = visit("b-edith")
    page = visitor.page
    page.click(".model-inspection .addlink")
    for name, value in TYPED.items():
        page.fill(f"[name={name}]", value)
    page.check("[name=urgent]")
    page.select_option("[name=priority]", "high")
    page.select_option("[name=level]", "2")
    for name, text in (("owner", "b-ada"), ("inspector", "b-linus"), ("site", "b-ada quay")):
        visitor.choose(name, text)
    page.click("input[name=_save]")
    assert "was added successfully" in visitor.message()

    page.click(".field-title a")
    assert {name: page.input_value(f"[name={name}]") for name in TYPED} == TYPED
    page.fill("[name=title]", "Look at the quay again")
    page.click("input[name=_save]")
    assert "was changed successfully" in visitor.message()

    visitor.choose("site__id__exact", "b-linus quay")
    page.click(".form-filter:has([name=site__id__exact]) button")
    page.wait_for_url("**site__id__exact=*")
    assert found(page) == 0
    visitor.go(INSPECTIONS)
    page.click("#changelist-filter a:has-text('High') >> nth=0")
    page.wait_for_url("**priority__exact=high")
    assert found(page) == 1

    visitor.select_all()
    visitor.act("set_starts_at")
    page.fill("[name=starts_at]", "2026-12-24T10:00")
    page.click("input.default")
    assert visitor.message() == "1 inspection changed: starts at is now 2026-12-24 10:00."
    (row,) = exported(page, tmp_path / "table.csv")
    shown = {name: row[name.replace("_", " ")] for name in (*TYPED, "urgent", "priority", "level", "owner", "site")}
    assert shown == TYPED | {
        "title": "Look at the quay again",
        "starts_at": "2026-12-24 10:00:00+00:00",
        "urgent": "yes",
        "priority": "High",
        "level": "High",
        "owner": "b-ada",
        "site": "b-ada quay",
    }
    page.click(".field-title a")
    page.click(".historylink")
    assert "Starts at: 2026-12-01 09:30 → 2026-12-24 10:00." in page.inner_text("#change-history")


@pytest.mark.skipif(not apps.is_installed("todos"), reason="the example is gone")
def test_everything_can_be_done_from_the_keyboard(visit: Visit) -> None:
    """Log in, search, open, change and save, by Tab, Enter, Space and typing alone."""
    visitor = visit()
    page = visitor.page

    def tab_to(selector: str) -> None:
        for _ in range(80):
            page.keyboard.press("Tab")
            if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
                return
        raise AssertionError(f"Tab never reaches {selector} on {page.url}")

    page.keyboard.type("b-edith")
    tab_to("#id_password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector(".figures")
    tab_to(".model-todo a:not(.addlink)")
    page.keyboard.press("Enter")
    page.wait_for_selector("#searchbar")
    tab_to("#searchbar")
    page.keyboard.type("b-linus's todo 0003")
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
