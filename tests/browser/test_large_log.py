"""The auditors' pages with 100,000 entries behind them, by keyboard alone, in both languages."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from gateway.domain.roles import Role
from tests.browser.console import Console, new_context, served_console

LOG_ENTRIES = 100_000
"""What a county's gateway has logged after some years."""
WAIT_MS = 240_000
MAX_TABS = 150
WORDS = {
    "zh": {"found": "找到", "story": "一次请求的经过", "verified": "全部一致"},
    "en": {"found": "found", "story": "The story of one request", "verified": "all is whole"},
}


@pytest.fixture(scope="module")
def large(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """A served gateway with a large log."""
    del browser
    with served_console(tmp_path_factory.mktemp("large") / "gateway") as console:
        console.fill_log(LOG_ENTRIES)
        yield console


def _press(page: Page, selector: str) -> None:
    """Go to an element with the tabulator alone, and press Enter there."""
    for _ in range(MAX_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement?.matches(selector) ?? false", selector):
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"{selector} is not to be reached by keyboard")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_way_from_a_search_to_a_story_and_a_whole_verification(
    browser: Browser, large: Console, language: str
) -> None:
    words = WORDS[language]
    context = new_context(browser, language, large.url)
    context.set_default_timeout(WAIT_MS)
    page = context.new_page()
    large.sign_in(page, large.person(Role.OVERSIGHT_AUDITOR))
    page.wait_for_url("**/console/")
    _press(page, "a[href='/console/search']")
    page.wait_for_url("**/console/search")
    page.goto("/console/search?type=match.result")
    expect(page.locator("#result-title")).to_contain_text(words["found"], timeout=WAIT_MS)
    _press(page, "main a[href^='/console/requests/']")
    expect(page.locator("h1")).to_have_text(words["story"], timeout=WAIT_MS)
    page.goto("/console/alerts")
    page.goto("/console/integrity")
    _press(page, "main form[method=post] button[type=submit]")
    expect(page.locator("h1")).to_contain_text(words["verified"], timeout=WAIT_MS)
    context.close()
