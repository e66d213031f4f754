"""`make screenshots`: pictures of the real service with demo data. Look at each of them."""

from collections.abc import Generator
from pathlib import Path

import pytest
from playwright.sync_api import Error
from playwright.sync_api import TimeoutError as Timeout

from tests.admin.browser import Visitor, chromium, executable
from tests.admin.staff import TODOS, seed
from tests.postgresql_plugin import ROOT
from tests.service import PASSWORD, Service, migrated_database, running
from todoproject.admin.roles import EDITOR

FOLDER = ROOT / "pattern" / "docs" / "screenshots"
# A page outside of pattern/ shows these.
SHOWN = dict.fromkeys(("start", "list"), ROOT / "docs" / "screenshots")
MOST_BYTES = 150_000


@pytest.fixture
def shown(tmp_path: Path) -> Generator[Service, None, None]:
    """A service of its own, as a colour of production shows itself."""
    password = tmp_path / "password"
    password.write_text(PASSWORD)
    with (
        migrated_database("todo_screenshots") as environment,
        # Without the resources of the tests.
        running(
            {**environment, "COLOUR": "blue", "DJANGO_SETTINGS_MODULE": "todoproject.settings"}, tmp_path / "log"
        ) as service,
    ):
        service.manage("demo", "--password-file", str(password))
        seed(service, staff={"edith": EDITOR}, owners={})
        yield service


def take(visitor: Visitor, name: str) -> None:
    """Write <name>.png into its folder; a busy machine sometimes needs a second attempt."""
    visitor.page.wait_for_load_state("networkidle")
    path = SHOWN.get(name, FOLDER) / f"{name}.png"
    for attempt in range(3):
        try:
            visitor.page.screenshot(path=path)
            break
        except (Error, Timeout):
            if attempt == 2:
                raise
    assert path.stat().st_size < MOST_BYTES, f"{path} is too large for the repository"


def test_pictures(shown: Service) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with chromium(executable()) as browser:
        visitor = Visitor(browser, shown.url)
        page = visitor.page
        page.set_viewport_size({"width": 1200, "height": 720})
        visitor.go("/admin/")
        take(visitor, "login")
        for _ in range(5):
            visitor.log_in("admin", "wrong")
        take(visitor, "locked-out")
        visitor.log_in("edith", PASSWORD)
        take(visitor, "start")
        visitor.go(f"{TODOS}?state=overdue")
        visitor.choose("owner__id__exact", "ada")
        page.click(".form-filter:has([name=owner__id__exact]) button")
        take(visitor, "list")
        visitor.go(f"{TODOS}?state=open")
        visitor.select_all(across=True)
        visitor.act("complete")
        take(visitor, "confirmation")
        page.click("input[type=submit].default")
        visitor.go(f"{TODOS}?q=report")
        visitor.select_all()
        visitor.act("set_owner")
        visitor.choose("owner", "grace")
        take(visitor, "reassign")
        page.click("input[type=submit].default")
        page.click("#result_list tbody th a")
        page.fill("#id_title", "Review the quarterly report with Ada")
        page.click("input[name=_save]")
        visitor.go("/admin/admin/logentry/")
        take(visitor, "history")
        visitor.go("/admin/accounts/failedlogin/")
        take(visitor, "failed-logins")
        visitor.go("/admin/nothing/")
        take(visitor, "error")
        visitor.go("/docs")
        page.wait_for_selector(".opblock")
        take(visitor, "docs")
