"""Follows the guide to an agreement as it stands, between three consoles; then goes through the rest of its life."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, expect

from connectors.requester.ask import Questioner
from connectors.state.agreements import AgreementCopy, list_agreements
from schemas.agreement import AgreementState
from tests.browser.agreement_offices import PEOPLE, Offices, agreement_offices
from tests.browser.tutorial_reader import Demos, follow, reader_at

GUIDE: Final = Path(__file__).parents[2] / "docs" / "how-to" / "agree-on-an-exchange.md"
PURPOSE: Final = "疑似辍学分诊"
PageOf = Callable[[str], Page]


@pytest.fixture(scope="module")
def offices(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Offices]:
    """The guide's three offices after the guide was followed; without a browser they are not even set up."""
    folder = tmp_path_factory.mktemp("agreeing")
    with agreement_offices(folder) as offices:
        reader = reader_at(Demos(folder), browser, folder)
        reader.noted |= {name: console.url for name, console in offices.consoles.items()}
        reader.pages |= {name: offices.page_of(browser, name) for name in PEOPLE}
        with follow(reader, GUIDE):
            yield offices


@pytest.fixture
def page_of(browser: Browser, offices: Offices) -> Iterator[PageOf]:
    """Give `page_of(name)`: the page of the list of agreements, in the browser of somebody of the guide."""
    with ExitStack() as stack:
        opened: dict[str, Page] = {}

        def open_page(name: str) -> Page:
            if name not in opened:
                opened[name] = offices.page_of(browser, name)
                stack.callback(opened[name].context.close)
            opened[name].goto(f"{offices.consoles[PEOPLE[name][0]].url}/desk/agreements")
            return opened[name]

        yield open_page


def copies(offices: Offices, office: str) -> dict[int, AgreementCopy]:
    """Return an office's copies by revision."""
    kept = list_agreements(offices.consoles[office].connector.state)
    return {copy.agreement.revision: copy for copy in kept}


def version(page: Page, revision: int) -> Page:
    """Open a version from the list."""
    page.get_by_role("link", name=f"第 {revision} 版").first.click()
    return page


def submit_next(page: Page, retention_days: int) -> None:
    """Draft the next version of the agreement that is open, with another retention, and put it to a second person."""
    page.get_by_role("button", name="起草新版本").click()
    page.get_by_label("答复保存天数").fill(str(retention_days))
    page.get_by_role("button", name="下一步：核对全文").click()
    expect(page.locator("main")).to_contain_text("结果保存天数")
    page.get_by_role("button", name="提请另一人确认").click()
    expect(page.locator("main")).to_contain_text("已提请确认")


def approve(page: Page) -> None:
    """Approve the draft that waits."""
    page.get_by_role("link", name=PURPOSE).first.click()
    page.get_by_role("button", name="确认，签署").click()
    expect(page.locator("main")).to_contain_text("已由两人签署并向对方提出")


def take(page: Page, step: str, done: str, reasons: tuple[str, ...] = (), note: str = "") -> None:
    """Take a step of the agreement that is open."""
    page.get_by_role("link", name=step).click()
    for reason in reasons:
        page.get_by_label(reason).check()
    if note:
        page.get_by_role("textbox", name="说明").fill(note)
    page.get_by_role("button", name=step).click()
    expect(page.locator("main")).to_contain_text(done)


def sign(page_of: PageOf, first: str, second: str, revision: int, act: str) -> None:
    """Sign a version for an agency, by two of its people."""
    for name, button, done in ((first, f"提请{act}", "已提请签署"), (second, f"确认{act}", "已由两人签署")):
        page = version(page_of(name), revision)
        page.get_by_role("button", name=button).click()
        expect(page.locator("main")).to_contain_text(done)


def test_the_guide_leads_from_a_draft_to_the_first_answer_without_a_command(offices: Offices) -> None:
    for office in offices.consoles:
        copy = copies(offices, office)[1]
        assert copy.standing.state is AgreementState.ACTIVE, office
        assert len(copy.signatures) == 3, office
    vault = Questioner.vault_of(offices.consoles["education"].connector)
    (question,) = vault.list_questions()
    (result,) = vault.results(question.id)
    assert result.outcome == "match"
    assert result.values["hukou_status"] in {"here", "moved", "cancelled"}
    assert (question.officer, question.approver) == (PEOPLE["马丽"][1], PEOPLE["李红"][1])


def test_a_change_is_returned_refused_disputed_signed_and_ended_on_the_pages(offices: Offices, page_of: PageOf) -> None:
    page = page_of("王安")
    page.get_by_role("link", name=PURPOSE).first.click()
    submit_next(page, 30)
    approve(page_of("何建国"))
    missing = ("缺个人信息保护影响评估", "使用时限不明确")
    take(version(page_of("赵刚"), 2), "需要补正", "已一次告知", missing, "请补充评估")
    page = version(page_of("王安"), 2)
    expect(page.locator("main")).to_contain_text("缺个人信息保护影响评估")
    submit_next(page, 20)
    approve(page_of("何建国"))
    page = version(page_of("赵刚"), 3)
    expect(page.locator("main")).to_contain_text("材料齐全，受理")
    expect(page.locator("main")).not_to_contain_text("需要补正")
    take(version(page_of("孙宁"), 3), "不同意", "已答复不同意", ("超出履行职责所必需",))
    take(version(page_of("何建国"), 3), "提出异议", "已提出异议")
    take(version(page_of("周正"), 3), "裁定重新审核", "已裁定重新审核", note="确有需要")
    sign(page_of, "赵刚", "孙宁", 3, "签署")
    sign(page_of, "钱玉", "周正", 3, "会签")
    page_of("赵刚")
    assert copies(offices, "police")[3].standing.state is AgreementState.ACTIVE
    take(version(page_of("何建国"), 3), "中止", "已中止")
    expect(version(page_of("孙宁"), 3).locator("main")).to_contain_text("已中止")
    page = version(page_of("孙宁"), 3)
    page.get_by_role("link", name="终止").click()
    page.get_by_label("请输入用途编号").fill("P01")
    page.get_by_role("button", name="终止").click()
    expect(page.locator("main")).to_contain_text("密钥和索引已销毁")
    page_of("何建国")
    assert copies(offices, "education")[3].standing.state is AgreementState.REVOKED
