"""Bulletins and the own table in a real browser, with real tables: no page has a fault, in both tongues."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Page, expect

from connectors.cli.session import Session
from connectors.console.account import Account
from connectors.console.context import Console
from connectors.console.roles import Role
from demo.province import Agency
from demo.scenario.desks import agree
from tests.browser.served_pages import ServedPages, served_console
from tests.lead_body import seat_lead_body
from tests.scene import Scene, scene

__all__ = ["scene"]

OFFICER = Account("zhou.zheng", "阿卜杜热合曼·买买提", frozenset({Role.QUERY_OFFICER}))
HEAD = Account("qian.yu", "古丽巴哈尔·吐尔逊江", frozenset({Role.APPROVER}))
STEWARD = Account("zhao.gang", "赵刚", frozenset({Role.DATA_STEWARD}))
REGION = "9902"
WITHHELD = {"zh": "隐去", "en": "withheld"}
PATIENCE_MS = 60_000


def console_of(session: Session) -> Console:
    return Console(session.connector, session.trust, session.client)


@pytest.fixture(scope="module")
def desks(
    browser: Browser, scene: Scene, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[ServedPages, ServedPages]]:
    """The lead body's console, with an agreement, and that of the agency that counts for it."""
    del browser
    with ExitStack() as stack:
        lead = seat_lead_body(scene, tmp_path_factory.mktemp("lead") / "lead", REGION)
        stack.callback(lead.close)
        provider = scene.session(Agency.CIVIL_AFFAIRS)
        agree(lead, provider, "P18", (REGION,))
        served = [stack.enter_context(served_console(console_of(one))) for one in (lead, provider)]
        yield served[0], served[1]


def test_a_table_is_asked_for_and_read(
    browser: Browser, desks: tuple[ServedPages, ServedPages], check: Callable[[Page], None]
) -> None:
    lead, _ = desks
    officer, head = lead.page_of(browser, OFFICER), lead.page_of(browser, HEAD, "en")
    officer.goto(f"{lead.url}/desk/bulletins")
    check(officer)
    officer.click("main a[href='/desk/table-drafts']")
    check(officer)
    officer.check("input[name=agreement]")
    officer.fill("#field-region", "990101")
    officer.click("main button[type=submit]")
    expect(officer.locator(".error-summary")).to_be_visible()
    check(officer)
    officer.fill("#field-region", REGION)
    officer.click("main button[type=submit]")
    expect(officer.locator("main")).to_contain_text("不涉及任何一名儿童")
    check(officer)
    officer.click("main button[value=submit]")
    id_ = re.findall(r"[0-9a-f-]{36}", officer.url)[0]
    head.goto(f"{lead.url}/desk/approvals/{id_}")
    check(head)
    head.click("main button[value=approve]")
    officer.goto(f"{lead.url}/desk/questions/{id_}")
    officer.click("main button[value=send]")
    officer.wait_for_url("**/desk/bulletins/*/*", timeout=PATIENCE_MS)
    bulletin = officer.url
    for page, language in ((officer, "zh"), (lead.page_of(browser, OFFICER, "en"), "en")):
        page.goto(bulletin)
        expect(page.locator("tbody .visually-hidden").first).to_have_text(WITHHELD[language])
        check(page)
        page.goto(f"{lead.url}/desk/bulletins")
        expect(page.locator("tbody tr")).to_have_count(1)
        check(page)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_provider_looks_at_its_own_table(
    browser: Browser, desks: tuple[ServedPages, ServedPages], check: Callable[[Page], None], language: str
) -> None:
    _, provider = desks
    page = provider.page_of(browser, STEWARD, language)
    page.goto(f"{provider.url}/desk/own-table")
    if page.locator("main form button").count():
        check(page)
        page.click("main form button")
    expect(page.locator("tbody tr").first).to_be_visible(timeout=PATIENCE_MS)
    check(page)
    page.click("tbody a")
    expect(page.locator("tbody .visually-hidden").first).to_have_text(WITHHELD[language])
    check(page)
