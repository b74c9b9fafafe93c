"""The sharing office's pages in a browser: drafting with the keyboard alone, every step's page, with long texts."""

from collections.abc import Callable, Iterator
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, expect

from connectors.desk.agreement_drafts import submit_draft
from connectors.desk.agreement_steps import OfficeStep
from connectors.desk.agreements import list_views
from connectors.state.agreement_drafts import PreparedSignature, add_prepared
from connectors.state.database import writing
from connectors.web.agreement_steps_words import STEP_BUTTONS, step_path
from schemas.agreement import AgreementState
from tests.browser.asking_desk import AskingDesk, served_desk
from tests.unit.connectors.desk.agreement_desks import (
    HEAD,
    STEWARD,
    complete_draft,
    cut_off,
    end_own_agreement,
    keep_asked,
)
from tests.unit.connectors.requester.simulated_gateway import SECONDS

AGREEMENTS: Final = "/desk/agreements"


@pytest.fixture(scope="module")
def desk(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AskingDesk]:
    """A sharing office with agreements in every state; its gateway is silent. Not begun without a browser."""
    del browser
    with served_desk(tmp_path_factory.mktemp("sharing") / "office", cut_off) as desk:
        end_own_agreement(desk.office)
        for state in AgreementState:
            keep_asked(desk.office, state)
        yield desk


@pytest.fixture
def steward(browser: Browser, desk: AskingDesk) -> Iterator[Page]:
    page = desk.page_of(browser, STEWARD)
    yield page
    page.context.close()


@pytest.fixture
def head(browser: Browser, desk: AskingDesk) -> Iterator[Page]:
    page = desk.page_of(browser, HEAD)
    yield page
    page.context.close()


def press_until(page: Page, text: str) -> None:
    """Go on with Tab until the focus stands on what bears this text, and press Enter."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if text in str(page.evaluate("document.activeElement.innerText || ''")):
            with page.expect_navigation():
                page.keyboard.press("Enter")
            return
    raise AssertionError(f"the keyboard does not lead to {text}")


def tick(page: Page, label: str) -> None:
    page.get_by_label(label).first.focus()
    page.keyboard.press("Space")


def test_an_agreement_is_drafted_with_the_keyboard_alone(
    desk: AskingDesk, steward: Page, check: Callable[[Page], None]
) -> None:
    steward.goto(desk.url + AGREEMENTS)
    check(steward)
    press_until(steward, "起草新协议")
    press_until(steward, "下一步")
    expect(steward.get_by_role("alert")).to_contain_text("请选择一项用途")
    check(steward)
    tick(steward, "P04")
    press_until(steward, "下一步")
    check(steward)
    tick(steward, "提供单位")
    press_until(steward, "下一步")
    check(steward)
    regions = steward.get_by_label("哪里的儿童")
    regions.fill("51")
    press_until(steward, "下一步")
    expect(steward.get_by_role("alert")).to_contain_text("只能是本单位辖区")
    steward.get_by_label("哪里的儿童").fill("990101")
    press_until(steward, "下一步")
    expect(steward.locator("main")).to_contain_text("还没有核对对方的密钥指纹")
    check(steward)
    press_until(steward, "提请另一人确认")
    expect(steward.locator("main")).to_contain_text("还有检查没有通过")
    press_until(steward, "删除这份草稿")
    check(steward)
    press_until(steward, "删除草稿")
    expect(steward.locator("main")).to_contain_text("草稿已删除")


def test_a_second_person_reads_the_draft_and_is_told_that_the_gateway_is_silent(
    desk: AskingDesk, head: Page, check: Callable[[Page], None]
) -> None:
    draft = complete_draft(desk.console)
    submit_draft(desk.console, STEWARD.id, draft.id)
    head.goto(f"{desk.url}/desk/")
    expect(head.locator("main")).to_contain_text("需要您确认 1 份协议草稿")
    head.goto(f"{desk.url}/desk/agreement-drafts/{draft.id}")
    check(head)
    head.get_by_role("button", name="退回修改").click()
    expect(head.get_by_role("alert")).to_contain_text("请选择理由")
    head.get_by_role("button", name="确认，签署").click()
    expect(head.locator("main")).to_contain_text("没有办成，草稿仍在")


@pytest.mark.parametrize("state", [AgreementState.PROPOSED, AgreementState.ACTIVE])
def test_each_step_says_what_will_happen(
    desk: AskingDesk, head: Page, check: Callable[[Page], None], state: AgreementState
) -> None:
    view = next(one for one in list_views(desk.console) if one.state is state)
    head.goto(f"{desk.url}{AGREEMENTS}/{view.digest}")
    check(head)
    for step in OfficeStep:
        if not view.offers(step) or step is OfficeStep.SUSPEND:
            continue
        button = STEP_BUTTONS[step]
        head.goto(f"{desk.url}{AGREEMENTS}/{view.digest}/{step_path(button.permission)}/{step.value}")
        expect(head.locator("main")).to_contain_text(button.explanation.zh[:12])
        if button.reasons:
            head.locator("main form button").click()
            expect(head.get_by_role("alert")).to_contain_text("请选择理由")
            head.locator("main form input[name=reasons]").first.check()
            head.locator("main form textarea").fill("该儿童的号码是 990101201505070018")
            head.locator("main form button").click()
            expect(head.get_by_role("alert")).to_contain_text("不得含 6 位以上的连续数字")
        if button.is_typed:
            head.locator("main form button").click()
            expect(head.get_by_role("alert")).to_contain_text(f"请输入 {view.purpose.id}")
        check(head)


def test_a_story_with_long_notes_and_a_prepared_signature_fit_the_page(
    desk: AskingDesk, head: Page, check: Callable[[Page], None]
) -> None:
    for view in list_views(desk.console):
        if view.state is AgreementState.IN_REVIEW:
            with writing(desk.console.connector.state) as connection:
                add_prepared(connection, PreparedSignature(view.digest, STEWARD.id, SECONDS))
            head.goto(f"{desk.url}{AGREEMENTS}/{view.digest}")
            expect(head.get_by_role("button", name="确认签署")).to_be_visible()
            expect(head.locator("main")).to_contain_text("还有 6 个工作日")
            check(head)
        elif view.state is AgreementState.INCOMPLETE:
            head.goto(f"{desk.url}{AGREEMENTS}/{view.digest}")
            expect(head.locator("main")).to_contain_text("缺个人信息保护影响评估")
            check(head)


def test_the_pages_speak_english_too(browser: Browser, desk: AskingDesk, check: Callable[[Page], None]) -> None:
    page = desk.page_of(browser, HEAD, "en")
    page.goto(desk.url + AGREEMENTS)
    expect(page.locator("main")).to_contain_text("Waiting for us")
    check(page)
    digest = next(one.digest for one in list_views(desk.console) if one.state is AgreementState.ACTIVE)
    page.goto(f"{desk.url}{AGREEMENTS}/{digest}")
    expect(page.locator("main")).to_contain_text("Publish the index now")
    page.goto(f"{desk.url}{AGREEMENTS}/{digest}/publication")
    check(page)
    page.context.close()
