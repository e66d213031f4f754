"""A real Chromium that reports errors on its console and violations of a page's policy."""

import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-sync"]  # beside those of Playwright
INSTALL = "no Chromium on this machine: apt-get install chromium fonts-dejavu-core"
WAIT_MS = 20_000

# Runs before each page's own scripts.
WATCH = """
document.addEventListener('securitypolicyviolation', (event) =>
    console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
"""


def executable() -> str:
    """Return the browser's path; without one skip the test, or fail it in CI, where .ci/run has installed one."""
    found = next((path for name in NAMES if (path := shutil.which(name))), "")
    if not found:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(INSTALL)
    return found


@contextmanager
def chromium(path: str) -> Generator[Browser, None, None]:
    """Run a browser. While it runs, no test of this thread can use Django's database: Playwright has an event loop."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


class Visitor:
    """A person with a browser; `problems` are the errors and warnings on its console."""

    def __init__(self, browser: Browser, url: str, *, session: str = "") -> None:
        self.url = url
        self.problems: list[str] = []
        self.context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB", base_url=url)
        if session:
            self.context.add_cookies([{"name": "sessionid", "value": session, "url": url}])
        self.context.set_default_timeout(WAIT_MS)
        self.context.add_init_script(WATCH)
        self.page: Page = self.context.new_page()
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.problems.append(f"{self.page.url}: {message.text}")

    def go(self, path: str) -> None:
        self.page.goto(path)

    def log_in(self, username: str, password: str) -> None:
        self.go("/admin/login/")
        self.page.fill("#id_username", username)
        self.page.fill("#id_password", password)
        self.page.click("input[type=submit]")

    def act(self, action: str) -> None:
        """Choose an action above the list and press Go."""
        self.page.select_option("select[name=action]", action)
        self.page.click("button[name=index]")

    def select_all(self, *, across: bool = False) -> None:
        """Tick the box above all boxes, and with `across` follow the link that selects the other pages too."""
        self.page.check("#action-toggle")
        if across:
            self.page.click(".actions .question a")

    def message(self) -> str:
        return self.page.inner_text(".messagelist")

    def choose(self, field: str, text: str) -> None:
        """Type into an autocomplete field and take the first thing found."""
        self.page.click(f"[name={field}] + .select2-container")
        self.page.fill(".select2-search__field", text)
        self.page.click(f".select2-results__option:has-text('{text}')")
