"""Emergency access in a real browser: asked by keyboard alone, reviewed by another, seen by the provider at once."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from connectors.console.account import Account
from connectors.console.context import Console
from connectors.console.roles import Role
from connectors.web.app import create_console_app
from hosting.web.site import COOKIE_NAME
from tests.browser.console import new_context
from tests.emergency_world import DUTY_OFFICE, FREE, PROTECTED, World, emergency_world, number_of
from tests.scenario.gateway_simulator import serving
from tests.unit.connectors.desk.desk_pages import new_session

OFFICER = Account("zhou.guoqiang", "周国强", frozenset({Role.DUTY_OFFICER}))
HEAD = Account("wang.an", "古丽巴哈尔·吐尔逊江", frozenset({Role.APPROVER}))
STEWARD = Account("sun.li", "孙丽", frozenset({Role.DATA_STEWARD}))
MAX_TABS = 60


@dataclass
class Served:
    """The two agencies' consoles."""

    world: World
    asker: str
    holder: str

    def page(self, browser: Browser, account: Account, language: str = "zh") -> Page:
        """Return a page of somebody who has signed in at the agency where they work."""
        is_holders = account is STEWARD
        console: Console = self.world.provider if is_holders else self.world.console
        url = self.holder if is_holders else self.asker
        context = new_context(browser, language, url)
        context.add_cookies([{"name": COOKIE_NAME, "value": self.tokens(console, account), "url": url}])
        return context.new_page()

    def tokens(self, console: Console, account: Account) -> str:
        """Return the secret of the account's session, made once."""
        known: dict[str, str] = self.__dict__.setdefault("_tokens", {})
        if account.id not in known:
            known[account.id] = new_session(console, account)
        return known[account.id]


@pytest.fixture(scope="module")
def served(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One world for all; without a browser it is not even begun."""
    del browser
    with ExitStack() as stack:
        world = stack.enter_context(emergency_world(tmp_path_factory.mktemp("emergency")))
        asker = stack.enter_context(serving(create_console_app(world.console)))
        holder = stack.enter_context(serving(create_console_app(world.provider)))
        yield Served(world, asker, holder)


def focus(page: Page, selector: str) -> None:
    """Go to an element with the tabulator alone."""
    for _ in range(MAX_TABS):
        if page.evaluate("selector => document.activeElement?.matches(selector) ?? false", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is not to be reached by keyboard")


def ask(page: Page, name: str, number: str) -> None:
    """Fill the form in and send it, by keyboard alone."""
    page.goto("/desk/emergency")
    focus(page, "#field-name")
    page.keyboard.type(name)
    focus(page, "#field-citizen_id")
    page.keyboard.type(number)
    focus(page, "#field-reason")
    page.keyboard.press("Space")
    focus(page, "main button[type=submit]")
    page.keyboard.press("Enter")


def test_a_call_by_keyboard_its_answer_and_its_review(
    served: Served, browser: Browser, axe: Callable[[Page], list[str]], fits: Callable[[Page], bool]
) -> None:
    page = served.page(browser, OFFICER)
    ask(page, "赵小树", number_of(FREE))
    expect(page.get_by_text(DUTY_OFFICE)).to_be_visible()
    expect(page.get_by_text("祖父母或外祖父母")).to_be_visible()
    expect(page.get_by_text("须在")).to_be_visible()
    assert axe(page) == []
    assert fits(page)
    call = page.url.rsplit("/", 1)[1]
    provider = served.page(browser, STEWARD)
    provider.goto("/desk/")
    expect(provider.get_by_text("次对本单位记录的紧急查询").first).to_be_visible()
    provider.goto("/desk/emergency-notices")
    expect(provider.get_by_text("已就一名儿童答复").first).to_be_visible()
    assert axe(provider) == []
    reviewer = served.page(browser, HEAD)
    reviewer.goto("/desk/")
    expect(reviewer.get_by_text("次紧急查询").first).to_be_visible()
    reviewer.goto("/desk/emergency-reviews")
    assert axe(reviewer) == []
    reviewer.goto(f"/desk/emergency-reviews/{call}")
    expect(reviewer.get_by_text("赵小树")).to_be_visible()
    assert DUTY_OFFICE not in reviewer.content()
    assert axe(reviewer) == []
    reviewer.get_by_label("确属应急").check()
    reviewer.get_by_role("button", name="送出复核结论").click()
    expect(reviewer.get_by_text("不能更改")).to_be_visible()
    for one in (page, provider, reviewer):
        one.context.close()


def test_of_a_protected_address_the_page_says_what_to_do(served: Served, browser: Browser) -> None:
    page = served.page(browser, OFFICER, "en")
    ask(page, "钱小河", number_of(PROTECTED))
    expect(page.get_by_text("Tell nobody where the child is")).to_be_visible()
    expect(page.get_by_text(DUTY_OFFICE)).to_be_visible()
    assert "grandparent" not in page.content()
    page.context.close()


def test_a_form_with_mistakes_asks_nobody_and_loses_nothing(
    served: Served, browser: Browser, axe: Callable[[Page], list[str]], fits: Callable[[Page], bool]
) -> None:
    page = served.page(browser, OFFICER)
    page.goto("/desk/emergency")
    page.locator("#field-name").fill("赵小树")
    page.locator("#field-note").fill("电话 13800000000")
    page.get_by_role("button", name="立即查询这名儿童").click()
    expect(page.get_by_text("请选择事由").first).to_be_visible()
    page.locator("#field-reason").check()
    page.get_by_role("button", name="立即查询这名儿童").click()
    expect(page.get_by_text("不要写电话").first).to_be_visible()
    assert page.locator("#field-name").input_value() == "赵小树"
    page.locator("#field-note").fill("")
    page.get_by_role("button", name="立即查询这名儿童").click()
    expect(page.get_by_text("资料不足").first).to_be_visible()
    assert axe(page) == []
    assert fits(page)
    page.context.close()


def test_nobody_sees_another_s_answer_or_reviews_without_the_right(served: Served, browser: Browser) -> None:
    call = served.world.call(FREE, "duty-99")
    page = served.page(browser, OFFICER)
    assert page.goto(f"/desk/emergency/{call}").status == 404  # type: ignore[union-attr]
    assert page.goto(f"/desk/emergency-reviews/{call}").status == 403  # type: ignore[union-attr]
    page.context.close()
