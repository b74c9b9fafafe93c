"""Items in a real browser: the way of a referral by keyboard alone in both languages, and every page looked at."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from connectors.console.account import Account
from connectors.console.context import Console
from connectors.console.roles import Role
from connectors.gateway_client import GatewayUnreachableError
from connectors.state.job_runs import ConnectorJobs
from hosting.jobs.recorded_runs import Clockwork, RecordedRuns, this_process
from tests.browser.item_desk import (
    CITY,
    CIVIL_AFFAIRS,
    EDUCATION,
    LONG_NAME,
    POLICE,
    ItemDesks,
    account_of,
    served_items,
)
from tests.unit.connectors.offices import citizen_id

CASE_OWNER = account_of("古丽巴哈尔·吐尔逊江", Role.CASE_OWNER)
DUTY = account_of("王安", Role.DUTY_OFFICER)
VILLAGE = account_of("赵大山", Role.VILLAGE_DIRECTOR)
WATCHER = account_of("欧阳思远", Role.SUPERVISOR)
ADMINISTRATOR = account_of("孙丽", Role.ADMINISTRATOR)
MANY = 51
MAX_TABS = 120
MAX_OPTIONS = 20
SENTENCES = {
    "zh": ("将送出什么", "已转出、待签收", "已签收", "已记录", "第 51–"),
    "en": ("What will leave", "sent", "acknowledged", "Recorded", "51–"),
}


@pytest.fixture(scope="module")
def desks(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ItemDesks]:
    """The served consoles of five offices."""
    del browser
    with served_items(tmp_path_factory.mktemp("items")) as desks:
        yield desks


@pytest.fixture(scope="module")
def much(desks: ItemDesks) -> ItemDesks:
    """The same offices some days later, with more than a page of items that nobody acknowledged."""
    for number in range(MANY):
        desks.refer(CASE_OWNER, number)
    desks.pass_days(4)
    return desks


@pytest.fixture
def page_of(desks: ItemDesks, browser: Browser) -> Iterator[Callable[[str, Account, str], Page]]:
    """Give `page_of(agency, account, language)`."""
    pages: list[Page] = []

    def open_page(agency: str, account: Account, language: str) -> Page:
        pages.append(desks.page_of(browser, agency, account, language))
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


def write(page: Page, name: str, text: str) -> None:
    """Go to a field with the tabulator alone and type."""
    press(page, f"#field-{name}", "End")
    page.keyboard.insert_text(text)


def choose(page: Page, name: str, value: str) -> None:
    """Go to a list with the tabulator alone and go down it to a value."""
    press(page, f"#field-{name}", "ArrowDown")
    for _ in range(MAX_OPTIONS):
        if page.input_value(f"#field-{name}") == value:
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"{value} is not in the list")


def run_jobs(office: Console) -> None:
    """Let two jobs of an office run, of which one fails."""
    book = ConnectorJobs(office.connector.state, office.now)
    for name, work in (("exchange_items", list), ("check_promises", _fail)):
        clockwork = Clockwork(name, this_process(), lambda at: at + timedelta(minutes=1), is_held=True)
        RecordedRuns(clockwork).run(book, work)


def _fail() -> None:
    raise GatewayUnreachableError


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_referral_by_keyboard(
    desks: ItemDesks,
    page_of: Callable[[str, Account, str], Page],
    check: Callable[[Page], None],
    language: str,
) -> None:
    leaves, sent, _, _, _ = SENTENCES[language]
    sender = page_of(EDUCATION, CASE_OWNER, language)
    sender.goto("/desk/items")
    check(sender)
    press(sender, "main a.btn-primary", "Enter")
    sender.wait_for_url("**/desk/items/new")
    check(sender)
    press(sender, "a[href$='/W6']", "Enter")
    sender.wait_for_url("**/new/W6")
    check(sender)
    write(sender, "child_name", LONG_NAME)
    write(sender, "child_citizen_id", citizen_id(7))
    press(sender, "#field-situations", "Space")
    choose(sender, "next_office", CIVIL_AFFAIRS)
    press(sender, "main form.narrow button", "Enter")
    expect(sender.locator("h1")).to_contain_text(leaves)
    check(sender)
    press(sender, "button[name=confirmed]", "Enter")
    expect(sender.locator("h1")).to_contain_text(sent)
    check(sender)
    item = sender.url.rsplit("/", 1)[1].partition("?")[0]
    sender.goto(f"/desk/items/{item}/slip")
    check(sender)
    assert item in desks.relay.items


@pytest.mark.parametrize("language", ["zh", "en"])
def test_acknowledging_and_visiting_by_keyboard(
    desks: ItemDesks,
    page_of: Callable[[str, Account, str], Page],
    check: Callable[[Page], None],
    language: str,
) -> None:
    _, _, acknowledged, recorded, _ = SENTENCES[language]
    item = desks.refer(CASE_OWNER)
    desks.synchronise()
    holder = page_of(CIVIL_AFFAIRS, CASE_OWNER, language)
    holder.goto("/desk/")
    check(holder)
    holder.goto("/desk/items")
    press(holder, f"a[href='/desk/items/{item}']", "Enter")
    holder.wait_for_url(f"**/{item}")
    press(holder, "main a.btn-primary", "Enter")
    holder.wait_for_url("**/acknowledge")
    check(holder)
    press(holder, "main form.narrow button", "Enter")
    expect(holder.locator("h1")).to_contain_text(acknowledged)
    press(holder, "main a.btn-primary", "Enter")
    holder.wait_for_url("**/accept")
    press(holder, "main form.narrow button", "Enter")
    holder.wait_for_url("**?done=accept")
    holder.goto(f"/desk/items/{item}/steps/visit")
    check(holder)

    village = page_of(CIVIL_AFFAIRS, VILLAGE, language)
    village.goto("/desk/")
    village.wait_for_url("**/desk/visits")
    check(village)
    write(village, "number", f"W6-{item[:8]}")
    write(village, "visited_on", "2026-03-05")
    press(village, "#field-child_seen", "Space")
    write(village, "proof", "ZF-2026-015")
    press(village, "main form.narrow button", "Enter")
    expect(village.locator(".notice-good")).to_contain_text(recorded)
    check(village)
    expect(village.locator("main")).not_to_contain_text(LONG_NAME)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_other_pages_have_no_serious_faults(
    desks: ItemDesks, page_of: Callable[[str, Account, str], Page], check: Callable[[Page], None], language: str
) -> None:
    run_jobs(desks.relay.offices[CIVIL_AFFAIRS])
    people = {
        "/desk/items/new/W2": (CIVIL_AFFAIRS, CASE_OWNER),
        "/desk/items/new/P07": (POLICE, DUTY),
        "/desk/items?scope=closed": (POLICE, DUTY),
        "/desk/items": (CITY, WATCHER),
        "/desk/jobs": (CIVIL_AFFAIRS, ADMINISTRATOR),
    }
    for address, (agency, account) in people.items():
        page = page_of(agency, account, language)
        page.goto(address)
        expect(page.locator("h1")).to_be_visible()
        check(page)
        form = page.locator("main form.narrow button").last
        if form.count():
            form.click()
            expect(page.locator(".error-summary")).to_be_visible()
            check(page)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.usefixtures("much")
def test_many_items_by_pages_overdue_ones_marked(
    page_of: Callable[[str, Account, str], Page], check: Callable[[Page], None], language: str
) -> None:
    page = page_of(CIVIL_AFFAIRS, CASE_OWNER, language)
    page.goto("/desk/items")
    expect(page.locator("tbody tr")).to_have_count(50)
    expect(page.locator("tbody .tag-bad").first).to_be_visible()
    check(page)
    press(page, "a[rel=next]", "Enter")
    expect(page.locator(".pager-count")).to_contain_text(SENTENCES[language][4])
    page.goto("/desk/")
    check(page)
    watcher = page_of(CITY, WATCHER, language)
    watcher.goto("/desk/items")
    expect(watcher.locator("tbody tr")).to_have_count(50)
    expect(watcher.locator("main")).not_to_contain_text(LONG_NAME)
    check(watcher)
    press(watcher, "tbody a", "Enter")
    watcher.wait_for_url(re.compile("items/[0-9a-f-]{36}$"))
    check(watcher)
