"""One child at the console: who asked about it, and the signed accounting; erasures and holds beside it."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from gateway.domain.roles import Role
from gateway.services.erase_disclosures import erase_approved
from keys.protocol.accounting import verify_accounting
from schemas.base64url import decode_base64url
from tests.browser.asked_child import AskedChild, ask_about_a_child
from tests.browser.console import Console


@pytest.fixture(scope="session")
def child(console: Console) -> AskedChild:
    return ask_about_a_child(console.world, 2)


def _ask(page: Page, console: Console, handle: str) -> None:
    page.goto(f"{console.url}/console/child")
    page.select_option("#field-provider", console.world.provider.id)
    page.fill("#field-handles", handle)
    page.select_option("#field-reason", "subject_request")
    page.fill("#field-reason_text", "监护人书面申请查询")
    page.fill("#field-case", "app-2026-17")
    page.click("main button[type=submit]")


@pytest.mark.parametrize("form", ["as the connector prints it", "hexadecimal"])
def test_every_access_is_shown(console: Console, page_as: Callable[..., Page], child: AskedChild, form: str) -> None:
    page = page_as(Role.OVERSIGHT_AUDITOR)
    _ask(page, console, decode_base64url(child.handle).hex() if form == "hexadecimal" else child.handle)
    expect(page.locator("tbody tr")).to_have_count(child.accesses)
    expect(page.locator("tbody")).to_contain_text("残疾人两项补贴资格核验")
    expect(page.locator("tbody tr").first).to_contain_text("已提供")
    expect(page.locator("tbody tr").last).to_contain_text("仅比对")
    assert child.handle not in page.url


def test_the_accounting_is_signed_and_names_nobody(
    console: Console, page_as: Callable[..., Page], child: AskedChild
) -> None:
    page = page_as(Role.OVERSIGHT_AUDITOR)
    _ask(page, console, child.handle)
    with page.expect_download() as download:
        page.click("text=签名并下载清单")
    data = download.value.path().read_bytes()
    accounting = verify_accounting(data, console.world.gateway.find_own_key)
    assert len(accounting.accesses) == child.accesses
    assert accounting.handles == (child.handle,)
    text = json.dumps(json.loads(data)["accounting"])
    assert "officer-7" not in text
    assert "withheld" not in text


def test_a_departure_from_the_rules_needs_a_reason(
    console: Console, page_as: Callable[..., Page], child: AskedChild
) -> None:
    page = page_as(Role.OVERSIGHT_AUDITOR)
    _ask(page, console, child.handle)
    page.locator("input[name=told]").first.uncheck()
    page.click("text=签名并下载清单")
    expect(page.locator("#error-why")).to_contain_text("请说明理由")
    expect(page.locator("input[name=told]").first).not_to_be_checked()
    page.fill("#field-why", "监护人正在接受调查")
    with page.expect_download() as download:
        page.click("text=签名并下载清单")
    told = json.loads(download.value.path().read_bytes())["accounting"]["accesses"]
    assert len(told) == child.accesses - 1


def test_mistakes_lose_nothing(console: Console, page_as: Callable[..., Page]) -> None:
    page = page_as(Role.OVERSIGHT_AUDITOR)
    _ask(page, console, "no handle")
    expect(page.locator("#error-handles")).to_contain_text("记录代号")
    assert page.input_value("#field-handles") == "no handle"
    assert page.input_value("#field-reason_text") == "监护人书面申请查询"
    page.click(".error-summary a")
    assert page.evaluate("document.activeElement.id") == "field-handles"


def test_an_unknown_handle_says_what_that_may_mean(console: Console, page_as: Callable[..., Page]) -> None:
    page = page_as(Role.AGENCY_AUDITOR, "en")
    _ask(page, console, "A" * 22)
    expect(page.locator(".empty-state")).to_contain_text("Nobody asked about this record")


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.PRIVACY_OFFICER])
def test_who_may_not_look_is_told_who_may(console: Console, page_as: Callable[..., Page], role: Role) -> None:
    page = page_as(role)
    page.goto(f"{console.url}/console/child")
    expect(page.locator("main")).to_contain_text("监督审计员")


def test_an_erasure_from_the_proposal_to_the_end(
    console: Console, page_as: Callable[..., Page], child: AskedChild
) -> None:
    proposer = page_as(Role.PRIVACY_OFFICER)
    _propose(proposer, console, "0-3")
    expect(proposer.locator("h1")).to_contain_text("将擦除什么")
    expect(proposer.locator("ol")).to_contain_text("不能恢复")
    _propose(proposer, console, "0-400")
    proposer.click("text=申请擦除")
    expect(proposer.locator(".notice").first).to_contain_text("待两人批准")
    number = proposer.url.split("/")[-1].split("?")[0]
    expect(proposer.locator(".notice").last).to_contain_text("不得批准本人提出的申请")
    second = console.add_person(Role.PRIVACY_OFFICER, name="另一位隐私专员")
    security = page_as(Role.SECURITY_ADMINISTRATOR)
    approver = proposer.context.browser.new_context(viewport={"width": 1366, "height": 768}).new_page()
    console.sign_in(approver, second)
    for page in (security, approver):
        page.goto(f"{console.url}/console/erasures/{number}")
        page.fill("#field-reason", "已核对范围和依据")
        page.click("button[value=approve]")
        expect(page.locator(".notice").first).to_contain_text("已记入日志")
    erase_approved(console.world.gateway)
    approver.reload()
    expect(approver.locator("h1")).to_contain_text("已擦除")
    approver.context.close()


def test_a_held_entry_is_not_proposed(console: Console, page_as: Callable[..., Page]) -> None:
    page = page_as(Role.PRIVACY_OFFICER)
    page.goto(f"{console.url}/console/holds/set")
    page.click("main button[type=submit]")
    expect(page.locator("#error-agency")).to_contain_text("至少填写一项")
    ask_about_a_child(console.world)
    page.select_option("#field-agency", console.world.requester.id)
    page.fill("#field-reason", "行政诉讼保全证据")
    page.click("main button[type=submit]")
    expect(page.locator(".notice")).to_contain_text("已设置保全")
    _propose(page, console, "0-900")
    expect(page.locator(".notice-bad")).to_contain_text("法律保全")
    assert page.locator("text=申请擦除 ").count() == 0
    page.goto(f"{console.url}/console/holds")
    page.click("tbody >> text=解除 >> nth=0")
    page.fill("#field-reason", "诉讼终结")
    page.click("main button[type=submit]")
    expect(page.locator(".notice")).to_contain_text("已解除保全")


def _propose(page: Page, console: Console, entries: str) -> None:
    page.goto(f"{console.url}/console/erasures/propose")
    page.fill("#field-entries", entries)
    page.select_option("#field-basis", "unlawful")
    page.fill("#field-reason", "案件编号误录入姓名")
    page.click("main button[type=submit]")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    ("role", "path"),
    [
        (Role.OVERSIGHT_AUDITOR, "child"),
        (Role.PRIVACY_OFFICER, "erasures"),
        (Role.PRIVACY_OFFICER, "erasures/propose"),
        (Role.PRIVACY_OFFICER, "holds"),
        (Role.PRIVACY_OFFICER, "holds/set"),
    ],
)
def test_pages_have_no_serious_faults(
    console: Console,
    page_as: Callable[..., Page],
    axe: Callable[[Page], list[str]],
    fits: Callable[[Page], bool],
    role: Role,
    path: str,
    language: str,
) -> None:
    page = page_as(role, language)
    page.goto(f"{console.url}/console/{path}")
    assert axe(page) == []
    assert fits(page)


def test_the_accesses_have_no_serious_faults(
    console: Console, page_as: Callable[..., Page], axe: Callable[[Page], list[str]], child: AskedChild
) -> None:
    page = page_as(Role.OVERSIGHT_AUDITOR, "en")
    _ask(page, console, child.handle)
    assert axe(page) == []
