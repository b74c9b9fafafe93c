"""A standing question in a real browser, by keyboard alone: registered, approved, read, ended; no page has a fault."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from connectors.console.account import Account
from connectors.console.roles import Role
from connectors.standing.ask_again import StandingAsker
from tests.browser.asking_desk import AskingDesk, served_desk
from tests.unit.connectors.desk.asked_ledgers import keep_ledger
from tests.unit.connectors.requester.asking_offices import child

OFFICER = Account("li.na", "阿卜杜热合曼·买买提", frozenset({Role.QUERY_OFFICER}))
HEAD = Account("wang.an", "古丽巴哈尔·吐尔逊江", frozenset({Role.APPROVER}))
PUPILS = [child(1), child(2) | {"name": "阿卜杜热合曼·买买提江"}, child(7)]
MAX_TABS = 80
SENTENCES = {
    "zh": ("已提请审批", "按期查询中", "与上次相比的变化", "已停止"),
    "en": ("Approval was asked for", "being asked by the clock", "Changed since last time", "Ended"),
}


@pytest.fixture(scope="module")
def desk(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AskingDesk]:
    """One served console, whose provider holds two of the three children."""
    del browser
    with served_desk(tmp_path_factory.mktemp("standing") / "office") as desk:
        desk.office.hold(*PUPILS[:2])
        yield desk


@pytest.fixture
def page_of(desk: AskingDesk, browser: Browser) -> Iterator[Callable[[Account, str], Page]]:
    """Give `page_of(account, language)`."""
    pages: list[Page] = []

    def open_page(account: Account, language: str) -> Page:
        pages.append(desk.page_of(browser, account, language))
        return pages[-1]

    yield open_page
    for page in pages:
        page.context.close()


def press(page: Page, selector: str, key: str) -> None:
    """Go to an element with the tabulator alone and press a key there."""
    for _ in range(MAX_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement?.matches(selector) ?? false", selector):
            page.keyboard.press(key)
            return
    raise AssertionError(f"{selector} is not to be reached by keyboard")


def follow(page: Page, selector: str) -> None:
    """Press Enter at an element and wait for the page that it leads to."""
    with page.expect_navigation():
        press(page, selector, "Enter")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_whole_way_by_keyboard(
    desk: AskingDesk,
    page_of: Callable[[Account, str], Page],
    check: Callable[[Page], None],
    language: str,
) -> None:
    asked_for, due, changed, ended = SENTENCES[language]
    keep_ledger(desk.console, PUPILS)
    page, head = page_of(OFFICER, language), page_of(HEAD, language)

    page.goto(f"{desk.url}/desk/questions")
    follow(page, "a[href='/desk/standing']")
    check(page)
    follow(page, "main a[href='/desk/standing/new']")
    check(page)
    follow(page, "main a[href^='/desk/standing/new/']")
    check(page)
    follow(page, "main button[type=submit]")
    expect(page.locator(".error-summary")).to_be_visible()
    check(page)
    press(page, "#field-ledger", "Space")
    follow(page, "main button[type=submit]")
    expect(page.locator("main")).to_contain_text(asked_for)
    check(page)
    story = page.url

    head.goto(story)
    check(head)
    follow(head, "main button[value=approve]")
    expect(head.locator("main")).to_contain_text(due)

    StandingAsker(desk.console).run()
    page.goto(f"{desk.url}/desk/")
    follow(page, "main a[href='/desk/standing']")
    check(page)
    page.goto(story)
    follow(page, "main a[href*='/changes/']")
    expect(page.locator("h1")).to_contain_text(changed)
    expect(page.locator("tbody tr")).to_have_count(2)
    check(page)

    page.goto(f"{story}/roster")
    check(page)
    page.goto(f"{story}/stop")
    check(page)
    follow(page, "main button[type=submit]")
    expect(page.locator("main")).to_contain_text(ended)
