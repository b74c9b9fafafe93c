"""The joint check's page in a real browser, from no board to one that answers: no fault, in both tongues."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Page, expect

from connectors.console.account import Account
from connectors.console.context import Console
from connectors.console.roles import Role
from demo.scenario.parents_cast import KEEPER, OTHER_OFFICES, REQUESTER, RESOLVER
from demo.scenario.parents_data import STORY_GROUNDS
from tests.browser.served_pages import ServedPages, served_console
from tests.circle import Circle, open_circle

STEWARD = Account("zhao.gang", "阿卜杜热合曼·买买提", frozenset({Role.DATA_STEWARD}))


@pytest.fixture(scope="module")
def boards(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Circle]:
    """A circle of its own that has no board yet."""
    del browser
    with ExitStack() as stack:
        yield open_circle(tmp_path_factory.mktemp("boards"), stack, STORY_GROUNDS)


@pytest.fixture(scope="module")
def desk(boards: Circle) -> Iterator[ServedPages]:
    """The console of civil affairs."""
    session = boards.stage.sessions[REQUESTER.kind]
    with served_console(Console(session.connector, session.trust, session.client)) as desk:
        yield desk


def test_a_board_from_its_opening_to_its_answers(
    browser: Browser, boards: Circle, desk: ServedPages, check: Callable[[Page], None]
) -> None:
    pages = [desk.page_of(browser, STEWARD, language) for language in ("zh", "en")]

    def look(*sentences: str) -> None:
        for page, sentence in zip(pages, sentences, strict=True):
            page.goto(f"{desk.url}/desk/boards")
            expect(page.locator("main")).to_contain_text(sentence)
            check(page)

    look("还没有板", "There is no board")
    page = pages[0]
    page.goto(f"{desk.url}/desk/boards")
    page.fill("#field-list_size", "many")
    page.press("#field-list_size", "Enter")
    expect(page.locator(".error-summary")).to_be_visible()
    check(page)
    page.fill("#field-list_size", "64")
    with page.expect_navigation():
        page.press("#field-list_size", "Enter")
    look("给出半把钥匙", "states its half of the key")
    boards.stage.advance(KEEPER)
    look("列出板上的行并标记", "lists the board's rows")
    boards.stage.advance(RESOLVER)
    boards.stage.advance(*OTHER_OFFICES)
    look("已有足够的部门标记", "Enough offices have marked it")
    expect(page.locator("tbody tr")).to_have_count(len(OTHER_OFFICES) + 1)
    page.focus("main form[action^='/desk/boards/'] button")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    look("现在可以查询", "can ask now")
