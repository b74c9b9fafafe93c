"""Pages that keep things in order: refused steps, drafts to delete, smaller registers, holiday notices, progress."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from connectors.console.account import Account
from connectors.console.context import Console
from connectors.console.roles import Role
from connectors.identifiers import new_uuid
from connectors.state.agreements import keep_agreement
from connectors.state.database import writing
from connectors.state.dropout_acknowledgements import add_batch
from connectors.state.index_refreshes import IndexRefresh, RefreshOutcome, note_refresh, plan_refreshes
from connectors.state.item_outbox import find_waiting, note_refused
from connectors.state.tables import publication
from schemas.agreement import AgreementState, Party
from schemas.formats import digest_of
from schemas.workflows.refusal import RefusalCode
from tests.browser.item_desk import EDUCATION, LONG_NAME, ItemDesks, account_of, served_items
from tests.unit.connectors.offices import agreement_with

OWNER = account_of("古丽巴哈尔·吐尔逊江", Role.CASE_OWNER)
STEWARD = account_of("王安", Role.DATA_STEWARD)
ADMINISTRATOR = account_of("孙丽", Role.ADMINISTRATOR)
DAY = 86_400


@pytest.fixture(scope="module")
def desks(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ItemDesks]:
    """The served consoles of the offices."""
    del browser
    with served_items(tmp_path_factory.mktemp("upkeep")) as desks:
        yield desks


@pytest.fixture
def bureau(desks: ItemDesks) -> Console:
    """The county's education bureau."""
    return desks.relay.offices[EDUCATION]


@pytest.fixture
def page_of(desks: ItemDesks, browser: Browser) -> Iterator[Callable[[Account, str], Page]]:
    """Give `page_of(account, language)`, a page at the bureau."""
    pages: list[Page] = []

    def open_page(account: Account, language: str) -> Page:
        pages.append(desks.page_of(browser, EDUCATION, account, language))
        return pages[-1]

    yield open_page
    for page in pages:
        page.context.close()


def shrink(bureau: Console) -> str:
    """Let a refresh have found that the register shrank; returns the agreement's digest."""
    party = Party(agency=EDUCATION, signing_key=digest_of(b"provider"))
    agreement = agreement_with(provider=party)
    state, digest, now = bureau.connector.state, agreement.digest(), bureau.seconds()
    keep_agreement(state, agreement, (), AgreementState.ACTIVE)
    plan_refreshes(state, {digest: now + DAY})
    with writing(state) as connection:
        index = new_uuid(bureau.random)
        values = {"index_id": index, "agreement": digest, "epoch": 1, "mode": "full", "state": "active", "parts": 1}
        connection.execute(publication.insert().values(records=12_480, prepared_at=now - DAY, **values))
        shrank = IndexRefresh(digest, now + DAY, now - 60, RefreshOutcome.SHRANK, found=9_036, held=12_480)
        note_refresh(connection, shrank)
    return digest


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_refused_step_is_taken_off(
    desks: ItemDesks,
    bureau: Console,
    page_of: Callable[[Account, str], Page],
    check: Callable[[Page], None],
    language: str,
) -> None:
    desks.relay.is_away = True
    item = desks.refer(OWNER, is_sent=False)
    with writing(bureau.connector.state) as connection:
        waiting = find_waiting(connection, item)
        assert waiting is not None
        note_refused(connection, item, waiting.token, RefusalCode.NOT_NOW.value)
    desks.relay.is_away = False
    page = page_of(OWNER, language)
    page.goto("/desk/items/refused")
    check(page)
    page.locator("main td button").first.click()
    expect(page.locator(".error-summary")).to_be_visible()
    check(page)
    page.locator("main select[name=reason]").first.select_option("not_needed")
    page.locator("main td button").first.click()
    expect(page.locator(".notice-good")).to_be_visible()
    check(page)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_draft_is_deleted(
    desks: ItemDesks, page_of: Callable[[Account, str], Page], check: Callable[[Page], None], language: str
) -> None:
    item = desks.refer(OWNER, is_sent=False)
    page = page_of(OWNER, language)
    page.goto(f"/desk/items/{item}")
    check(page)
    page.locator(f"a[href='/desk/items/{item}/deletion']").click()
    expect(page.locator("main")).to_contain_text(LONG_NAME)
    check(page)
    page.locator("main button.btn-danger").click()
    expect(page.locator(".notice-good")).to_be_visible()
    page.goto(f"/desk/items/{item}")
    expect(page.locator("main")).not_to_contain_text(LONG_NAME)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_smaller_register_is_looked_into(
    bureau: Console, page_of: Callable[[Account, str], Page], check: Callable[[Page], None], language: str
) -> None:
    digest = shrink(bureau)
    page = page_of(STEWARD, language)
    page.goto("/desk/data")
    check(page)
    page.locator(f"a[href='/desk/data/indexes/{digest}']").click()
    expect(page.locator("main")).to_contain_text("9,036")
    check(page)
    page.locator("main button").click()
    expect(page.locator(".notice-good")).to_be_visible()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_holiday_notices(
    page_of: Callable[[Account, str], Page], check: Callable[[Page], None], language: str
) -> None:
    page = page_of(ADMINISTRATOR, language)
    page.goto("/desk/holidays")
    check(page)
    page.locator("summary").click()
    page.locator("main button").click()
    expect(page.locator(".error-summary")).to_be_visible()
    check(page)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_progress_of_acknowledging(
    bureau: Console, page_of: Callable[[Account, str], Page], check: Callable[[Page], None], language: str
) -> None:
    batch = new_uuid(bureau.random)
    items = [new_uuid(bureau.random) for _ in range(3)]
    add_batch(bureau.connector.state, batch, OWNER.id, items, bureau.seconds())
    page = page_of(OWNER, language)
    page.goto("/desk/triage")
    expect(page.locator(".notice-waiting")).to_be_visible()
    check(page)
    page.locator("a[href^='/desk/triage/acknowledgements/']").click()
    expect(page.locator("progress")).to_be_visible()
