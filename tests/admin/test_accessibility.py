"""Pages that everybody can use: axe finds no violation of WCAG 2.2 A or AA, light, dark and on a small screen.

The fixture `visit` also looks at the console, where forbidden scripts and styles show.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from playwright.sync_api import Page

from tests.admin.browser import Visitor
from tests.admin.staff import TODOS
from tests.npm_package import installed
from tests.service import PASSWORD

pytestmark = [pytest.mark.slow, pytest.mark.ci]
Visit = Callable[..., Visitor]

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# Once every colour has changed with the look.
RUN = """async (tags) => {
    for (const _ of [1, 2]) await new Promise(requestAnimationFrame);
    await Promise.all(document.getAnimations().map((moving) => moving.finished.catch(() => null)));
    const {violations} = await axe.run(document, {runOnly: tags, resultTypes: ['violations']});
    return violations.map(({id, impact, nodes}) => `${id} (${impact}): ${nodes.map((node) =>
        `${node.target} ${[...node.any, ...node.all, ...node.none].map((check) => check.message)}`).join('; ')}`);
}"""
LOOKS: dict[str, tuple[Any, int]] = {"light": ("light", 1280), "dark": ("dark", 1280), "small": ("light", 360)}


@pytest.fixture(scope="module")
def axe() -> str:
    return (installed() / "axe-core/axe.min.js").read_text(encoding="utf-8")


def looked_at(visitor: Visitor, axe: str) -> list[str]:
    """Return axe's findings in each look; ignore complaints about axe's own styles, which the page's policy forbids."""
    found, page, before = [], visitor.page, len(visitor.problems)
    page.evaluate(axe)
    for look, (scheme, width) in LOOKS.items():
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.set_viewport_size({"width": width, "height": 800})
        found += [f"{page.url} {look}: {each}" for each in page.evaluate(RUN, TAGS)]
    page.set_viewport_size({"width": 1280, "height": 800})
    del visitor.problems[before:]
    return found


def addresses(page: Page, selector: str) -> list[str]:
    """Return the addresses of the links that `selector` finds, each once."""
    found: list[str] = page.eval_on_selector_all(selector, "links => links.map((link) => link.href)")
    return list(dict.fromkeys(found))


def test_every_page_of_the_admin_passes(visit: Visit, axe: str) -> None:
    visitor = visit("b-root")
    page = visitor.page
    found = looked_at(visitor, axe)
    for changelist in addresses(page, "#content th a"):
        page.goto(changelist)
        found += looked_at(visitor, axe)
        for path in (*addresses(page, ".addlink"), *addresses(page, "#result_list tbody tr:first-child th a")):
            page.goto(path)
            found += looked_at(visitor, axe)
            for further in addresses(page, ".historylink, .deletelink"):
                page.goto(further)
                found += looked_at(visitor, axe)
    for path in ("/admin/password_change/", "/admin/nothing/", "/admin/accounts/"):
        page.goto(path)
        found += looked_at(visitor, axe)
    visitor.problems = [problem for problem in visitor.problems if " 404 " not in problem]  # those are asked for
    assert found == []


@pytest.mark.skipif(not apps.is_installed("todos"), reason="the example is gone")
def test_the_page_that_asks_before_an_action_passes(visit: Visit, axe: str) -> None:
    visitor = visit("b-edith")
    visitor.go(TODOS)
    visitor.select_all()
    found = looked_at(visitor, axe)
    visitor.act("set_due_at")
    found += looked_at(visitor, axe)
    assert found == []


def test_the_pages_before_a_login_pass(visit: Visit, axe: str) -> None:
    visitor = visit()
    found = looked_at(visitor, axe)
    visitor.log_in("b-edith", "wrong")
    found += looked_at(visitor, axe)
    for path in ("/docs/errors", "/docs/errors/not-found", "/nothing"):
        visitor.go(path)
        found += looked_at(visitor, axe)
    visitor.problems = [problem for problem in visitor.problems if " 404 " not in problem]  # those are asked for
    assert found == []


def test_the_page_of_the_api_passes_and_logs_in(visit: Visit, axe: str) -> None:
    """A login on the page also logs the page in: the next request has its token."""
    visitor = visit()
    page = visitor.page
    visitor.go("/docs")
    page.wait_for_selector(".opblock")
    found = looked_at(visitor, axe)
    login, listing = page.locator("#operations-auth-logIn"), page.locator("#operations-notices-listNotices")
    for operation in (login, listing):
        operation.locator(".opblock-summary-control").click()
        operation.locator("text=Try it out").click()
    found += looked_at(visitor, axe)
    login.locator("textarea").fill(f'{{"username": "b-ada", "password": "{PASSWORD}"}}')
    for operation in (login, listing):
        operation.locator("button.execute").click()
        operation.locator(".live-responses-table tr.response .response-col_status:has-text('200')").wait_for()
    found += looked_at(visitor, axe)
    page.click(".btn.authorize")
    found += looked_at(visitor, axe)
    assert found == []
