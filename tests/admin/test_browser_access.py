"""Who gets in and what he may touch, in a real browser: lock-out, its lifting, the read-only role."""

import pytest
from playwright.sync_api import Browser

from tests.admin.browser import Visitor
from tests.admin.staff import TODOS
from tests.service import PASSWORD, Service

pytestmark = pytest.mark.slow


def test_a_lock_out_is_lifted_by_a_colleague(visitor: Visitor, browser: Browser, service: Service) -> None:
    for _ in range(5):
        visitor.log_in("b-locked", "wrong")
    assert visitor.page.inner_text("h1") == "Too many failed logins"
    visitor.log_in("b-locked", PASSWORD)
    assert "with the right password too" in visitor.page.inner_text("main")
    assert len(visitor.problems) == 2
    assert all("429" in problem for problem in visitor.problems)
    visitor.problems.clear()

    colleague = Visitor(browser, service.url)
    colleague.log_in("b-edith", PASSWORD)
    colleague.page.click(".figures a:has-text('lock-outs now')")
    colleague.page.check("tr:has-text('b-locked') .action-select")
    colleague.act("lift")
    assert colleague.message().startswith("1 lock-out lifted")
    colleague.context.close()
    assert colleague.problems == []

    visitor.log_in("b-locked", PASSWORD)
    assert "At a glance" in visitor.page.inner_text("#content")


def test_the_read_only_role_sees_everything_and_no_way_to_change_it(visitor: Visitor) -> None:
    visitor.log_in("b-rita", PASSWORD)
    page = visitor.page
    assert page.query_selector(".addlink, .changelink") is None
    visitor.go(f"{TODOS}?q=b-ada%27s")
    options = page.eval_on_selector_all("select[name=action] option", "found => found.map(one => one.value)")
    assert options == ["", "export"]
    assert page.query_selector(".addlink") is None
    page.click("#result_list tbody th a")
    assert page.inner_text("h1") == "View todo"
    assert page.query_selector("#content input:not([type=hidden]), #content textarea, .deletelink") is None
    visitor.go("/admin/accounts/user/?q=b-ada")
    assert page.query_selector("select[name=action]") is None
