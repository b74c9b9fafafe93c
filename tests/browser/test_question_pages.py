"""Asking in a real browser: the main way by keyboard alone in both languages, without serious faults on any page."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from connectors.console.account import Account
from connectors.console.roles import Role
from connectors.desk.drafts import get_draft
from connectors.desk.question_work import ask_question
from tests.browser.asking_desk import AskingDesk, served_desk
from tests.unit.connectors.desk.asked_ledgers import being_asked, keep_ledger
from tests.unit.connectors.requester.asking_offices import child

OFFICER = Account("li.na", "阿卜杜热合曼·买买提", frozenset({Role.QUERY_OFFICER}))
HEAD = Account("wang.an", "古丽巴哈尔·吐尔逊江", frozenset({Role.APPROVER}))
STEWARD = Account("sun.li", "孙丽", frozenset({Role.DATA_STEWARD}))
PUPILS = [child(1), child(2, has_id=False), child(7) | {"name": "阿卜杜热合曼·买买提江"}]
MAX_TABS = 80
WAIT_MS = 30_000
SENTENCES = {
    "zh": ("送出什么", "提请审批", "可能匹配", "没有需要复核的行"),
    "en": ("What leaves", "Ask for approval", "possible match", "Nothing is to be reviewed"),
}


@pytest.fixture(scope="module")
def desk(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AskingDesk]:
    """One served console, whose provider holds two of the three children."""
    del browser
    with served_desk(tmp_path_factory.mktemp("asking") / "office") as desk:
        desk.office.hold(child(1), child(2))
        desk.office.gateway.withheld = True
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


def check(page: Page, axe: Callable[[Page], list[str]], fits: Callable[[Page], bool]) -> None:
    """Look for serious faults, and whether the page fits at 200 %."""
    assert axe(page) == [], page.url
    assert fits(page), page.url


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_main_way_by_keyboard(
    desk: AskingDesk,
    page_of: Callable[[Account, str], Page],
    axe: Callable[[Page], list[str]],
    fits: Callable[[Page], bool],
    language: str,
) -> None:
    leaves, submit, possible, _ = SENTENCES[language]
    keep_ledger(desk.console, PUPILS, OFFICER.id)
    officer, head = page_of(OFFICER, language), page_of(HEAD, language)

    officer.goto("/desk/questions")
    check(officer, axe, fits)
    press(officer, "a.btn-primary", "Enter")
    officer.wait_for_url("**/desk/ask")
    check(officer, axe, fits)
    press(officer, "#field-agreement", "Space")
    press(officer, "main button", "Enter")
    officer.wait_for_url("**/ledger")
    check(officer, axe, fits)
    press(officer, "#field-ledger", "Space")
    press(officer, "main button", "Enter")
    officer.wait_for_url("**/terms")
    check(officer, axe, fits)
    press(officer, "#field-case", "T")
    officer.keyboard.type("A-2026-0415")
    press(officer, "main button", "Enter")
    expect(officer.locator("main")).to_contain_text(leaves, timeout=WAIT_MS)
    check(officer, axe, fits)
    expect(officer.locator("main button")).to_contain_text(submit)
    press(officer, "main button", "Enter")
    officer.wait_for_url("**/desk/questions/*")
    check(officer, axe, fits)
    question = officer.url.rsplit("/", 1)[1]

    head.goto("/desk/questions")
    head.wait_for_url("**/desk/approvals")
    check(head, axe, fits)
    press(head, f"a[href='/desk/approvals/{question}']", "Enter")
    head.wait_for_url(f"**/{question}")
    check(head, axe, fits)
    press(head, "button[value=approve]", "Enter")
    expect(head.locator("h1 .tag-good")).to_be_visible()

    officer.reload()
    check(officer, axe, fits)
    press(officer, "button[value=send]", "Enter")
    expect(officer.locator("tbody tr")).to_have_count(len(PUPILS), timeout=WAIT_MS)
    expect(officer.locator("main")).to_contain_text(possible)
    check(officer, axe, fits)
    with officer.expect_download() as started:
        press(officer, "a[href$='/workbook']", "Enter")
    assert started.value.suggested_filename == "TA-2026-0415-answers.xlsx"
    officer.goto(f"/desk/questions/{question}/receipt")
    check(officer, axe, fits)
    assert get_draft(desk.console, question).approver == HEAD.id


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_possible_match_by_keyboard(
    desk: AskingDesk,
    page_of: Callable[[Account, str], Page],
    axe: Callable[[Page], list[str]],
    fits: Callable[[Page], bool],
    language: str,
) -> None:
    asked = being_asked(desk.console, desk.office, PUPILS)
    ask_question(desk.console, asked.id, lambda *_: None)
    officer, head = page_of(OFFICER, language), page_of(HEAD, language)
    officer.goto("/desk/reviews")
    check(officer, axe, fits)
    press(officer, "tbody a", "Enter")
    officer.wait_for_url("**/desk/reviews/*/3")
    check(officer, axe, fits)
    press(officer, "#field-decision", "Space")
    press(officer, "#field-reason", "Space")
    press(officer, "main button", "Enter")
    expect(officer.locator("button[value=give_back]")).to_be_visible()
    check(officer, axe, fits)
    head.goto(officer.url)
    check(head, axe, fits)
    press(head, "button[value=confirm]", "Enter")
    expect(head.locator(".empty-state, tbody").first).to_be_visible(timeout=WAIT_MS)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("path", ["asked", "data", "asked?page=2"])
def test_the_stewards_pages_have_no_serious_faults(
    page_of: Callable[[Account, str], Page],
    axe: Callable[[Page], list[str]],
    fits: Callable[[Page], bool],
    path: str,
    language: str,
) -> None:
    page = page_of(STEWARD, language)
    page.goto(f"/desk/{path}")
    check(page, axe, fits)
