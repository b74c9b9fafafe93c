"""Searching, reading a story, opening closed fields and exporting: by keyboard, in both languages."""

import json
import os
import uuid
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from gateway.domain.export_limits import APPROVAL_ABOVE
from gateway.domain.roles import Role
from gateway.log.events import Actor, Event, EventType, PolicyRef
from gateway.log.journal import Draft
from gateway.persistence.audit_tables import audit_leaf
from gateway.persistence.engine import read_transaction
from gateway.services.sign_log import sign_log
from schemas.formats import digest_of
from schemas.linkage_keys import KeyType
from tests.browser.console import Console
from tests.scenario.gateway_simulator import PROVIDER_ID, REQUESTER_ID, entry

WORDS = {
    "zh": {"found": "找到", "story": "一次请求的经过", "holds": "刚刚核验：通过", "officer": "经办人代号"},
    "en": {
        "found": "found",
        "story": "The story of one request",
        "holds": "checked just now: holds",
        "officer": "officer",
    },
}


@pytest.fixture(scope="session")
def request_id(console: Console) -> str:
    """Correlation id of an evaluation that was asked for, permitted, passed on and answered."""
    world = console.world
    agreement = world.conclude()
    world.publish(agreement, [[entry(os.urandom(16), KeyType.ID, os.urandom(16))]])
    answer, _ = world.evaluate(agreement, "a", "b", officer="officer-7", case="case-9")
    assert answer.status == 200
    sign_log(world.gateway)
    with read_transaction(world.gateway.engine) as connection:
        query = select(audit_leaf.c.corr).where(audit_leaf.c.type == EventType.EVALUATE_RESULT.value)
        return str(connection.scalar(query.order_by(audit_leaf.c.idx.desc()).limit(1)))


def _log(console: Console, agreement: str, count: int) -> None:
    for start in range(0, count, 500):
        events = tuple(
            Event(
                type=EventType.MATCH_QUERY,
                actor=Actor(REQUESTER_ID),
                peer=PROVIDER_ID,
                purpose="P02",
                policy=PolicyRef(agreement, digest_of(b"agreement")),
                decision="permit",
                records=20,
                correlation_id=str(uuid.uuid4()),
            )
            for _ in range(start, min(count, start + 500))
        )
        console.world.gateway.journal.write(lambda _, events=events: Draft(None, events), 60)  # type: ignore[misc]


def _tab_to(page: Page, selector: str) -> None:
    """Press Tab until the element has the focus."""
    for _ in range(150):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} is not reached by Tab")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_search_story_and_export_by_keyboard_alone(
    page_as: Callable[..., Page], request_id: str, language: str
) -> None:
    page = page_as(Role.OVERSIGHT_AUDITOR, language)
    page.goto("/console/search")
    _tab_to(page, "#field-type")
    page.keyboard.type("evaluate")
    page.select_option("#field-type", "evaluate.result")
    _tab_to(page, "main form[role=search] button[type=submit]")
    page.keyboard.press("Enter")
    expect(page.locator("#result-title")).to_contain_text(WORDS[language]["found"])
    _tab_to(page, f"a[href='/console/requests/{request_id}']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/console/requests/*")
    expect(page.locator("h1")).to_have_text(WORDS[language]["story"])
    assert page.locator(".story > li").count() == 4
    _tab_to(page, ".story summary")
    page.keyboard.press("Enter")
    expect(page.locator(".story details[open]").first).to_contain_text(WORDS[language]["holds"])
    page.go_back()
    page.wait_for_url("**/console/search?*")
    _tab_to(page, "a[href^='/console/search/export?']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/console/search/export?*")
    _tab_to(page, "input[name=format]")
    page.keyboard.press("ArrowDown")
    _tab_to(page, "main button[type=submit]")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    text = Path(download.value.path()).read_text("utf-8-sig")
    assert text.startswith("条目 / entry,")
    assert request_id in text


def test_the_state_of_a_search_stands_in_the_address(page_as: Callable[..., Page], console: Console) -> None:
    _log(console, "agreement-of-pages", 120)
    page = page_as(Role.OVERSIGHT_AUDITOR)
    page.goto("/console/search?agreement=agreement-of-pages&column=time&column=place&column=records")
    expect(page.locator("#result-title")).to_have_text("找到 120 条")
    assert page.locator("thead th").all_inner_texts() == ["时间▼", "记录数", "条目"]
    page.click("text=下一页")
    assert "page=2" in page.url
    expect(page.locator(".pager-count")).to_have_text("第 51–100 条，共 120 条")
    page.click("thead a")
    assert "sort=time" in page.url
    assert "page=" not in page.url
    page.click(".chips a")
    assert "agreement=" not in page.url
    assert "column=place" in page.url


def test_an_agency_auditor_sees_the_agency_s_own_side_alone(page_as: Callable[..., Page], request_id: str) -> None:
    page = page_as(Role.AGENCY_AUDITOR)
    page.goto(f"/console/requests/{request_id}")
    expect(page.locator("h1")).to_have_text("一次请求的经过")
    expect(page.locator("main")).to_contain_text("查阅记录由监督审计员核查")
    page.goto("/console/entries/2026/0")
    expect(page.locator("h1")).to_have_text("没有这个页面")


def test_closed_fields_are_shown_once_and_for_a_reason(page_as: Callable[..., Page], request_id: str) -> None:
    page = page_as(Role.OVERSIGHT_AUDITOR)
    page.goto(f"/console/requests/{request_id}")
    assert "officer-7" not in page.content()
    page.click("text=说明理由后查阅")
    page.click("text=查阅并记入日志")
    expect(page.locator(".error-summary")).to_contain_text("请选择要查阅的信息")
    expect(page.locator(".error-summary")).to_contain_text("请选择事由")
    page.check("input[value=officer]")
    page.select_option("#field-reason", "complaint")
    page.fill("#field-reason_text", "核查一件家长投诉")
    page.fill("#field-case", "TS-2026-7")
    page.click("text=查阅并记入日志")
    expect(page.locator("main")).to_contain_text("只显示这一次")
    expect(page.locator("main tbody")).to_contain_text("officer-7")
    expect(page.locator("main")).to_contain_text("打开了密封信息")
    assert "officer-7" not in page.url
    page.goto(f"/console/requests/{request_id}")
    assert "officer-7" not in page.content()


def test_an_officer_is_searched_for_a_reason_and_not_in_the_address(
    page_as: Callable[..., Page], request_id: str
) -> None:
    page = page_as(Role.OVERSIGHT_AUDITOR)
    page.goto("/console/search/closed")
    page.select_option("#field-agency", REQUESTER_ID)
    page.fill("#field-officer", "officer-7")
    page.click("main form button[type=submit]")
    expect(page.locator(".error-summary")).to_contain_text("请选择事由")
    assert page.input_value("#field-officer") == "officer-7"
    page.select_option("#field-reason", "inspection")
    page.fill("#field-reason_text", "年度例行检查")
    page.fill("#field-case", "JC-2026-1")
    page.click("text=说明理由并检索")
    expect(page.locator(f"a[href='/console/requests/{request_id}']").first).to_be_visible()
    assert "officer" not in page.url


def test_a_search_is_kept_run_and_deleted(page_as: Callable[..., Page]) -> None:
    page = page_as(Role.OVERSIGHT_AUDITOR)
    page.goto("/console/search?decision=deny&reason=no_agreement")
    page.click("text=保存这个检索")
    page.fill("#field-name", "无协议的请求")
    page.click("form[action='/console/search/save'] button")
    expect(page.locator(".notice")).to_contain_text("已保存")
    page.goto("/console/search")
    page.click("text=无协议的请求")
    assert page.url.endswith("/console/search?reason=no_agreement&decision=deny") or "decision=deny" in page.url
    page.click("form[action='/console/search/forget'] button")
    expect(page.locator(".notice")).to_contain_text("已删除")
    assert page.locator("text=无协议的请求").count() == 0


def test_a_large_export_needs_somebody_else(page_as: Callable[..., Page], console: Console) -> None:
    _log(console, "agreement-of-export", APPROVAL_ABOVE + 1)
    page = page_as(Role.OVERSIGHT_AUDITOR)
    page.goto("/console/search?agreement=agreement-of-export")
    page.click("text=导出 2,501 条…")
    page.check("input[value=jsonl]")
    page.select_option("#field-reason", "inspection")
    page.fill("#field-reason_text", "年度例行检查")
    page.fill("#field-case", "JC-2026-1")
    page.click("text=提出导出申请")
    expect(page.locator(".notice")).to_contain_text("等待另一人批准")
    assert page.locator("text=下载（仅一次）").count() == 0
    second = page_as(Role.AGENCY_AUDITOR)
    second.goto("/console/search/exports")
    assert second.locator("text=批准导出").count() == 0  # it may not read all of it itself
    other = console.add_person(Role.OVERSIGHT_AUDITOR, name="欧阳娜仁图雅")
    third = page.context.browser.new_context(base_url=console.url).new_page()  # type: ignore[union-attr]
    console.sign_in(third, other)
    third.goto("/console/search/exports")
    third.click("text=批准导出 2,501 条")
    expect(third.locator(".notice")).to_contain_text("已批准")
    third.context.close()
    page.goto("/console/search/exports")
    with page.expect_download() as download:
        page.click("text=下载（仅一次）")
    lines = Path(download.value.path()).read_text("utf-8").splitlines()
    assert len(lines) == APPROVAL_ABOVE + 1
    assert json.loads(lines[0])["proof"].startswith("c2sp.org/tlog-proof@v1\n")


def test_an_entry_gives_its_proof_and_its_evidence(page_as: Callable[..., Page], request_id: str) -> None:
    page = page_as(Role.OVERSIGHT_AUDITOR)
    page.goto(f"/console/search?{urlencode({'corr': request_id, 'type': 'evaluate.query'})}")
    page.click("tbody a")
    expect(page.locator("h1")).to_have_text("请求计算关联键")
    expect(page.locator(".tag-good").first).to_contain_text("刚刚核验：通过")
    with page.expect_download() as proof:
        page.click("text=下载证明")
    assert Path(proof.value.path()).read_text("utf-8").startswith("c2sp.org/tlog-proof@v1\nindex ")
    with page.expect_download() as bundle:
        page.click("text=下载证据包")
    assert Path(bundle.value.path()).read_bytes().startswith(b"PK")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    "path",
    [
        "search",
        "search?sort=-time",
        "search?reason=nothing",
        "search?from=2026-13-01",
        "search/closed",
        "search/export?type=evaluate.query",
        "search/exports",
        "requests/{request_id}",
        "entries/2026/0",
    ],
)
def test_pages_have_no_serious_faults(
    page_as: Callable[..., Page],
    axe: Callable[[Page], list[str]],
    fits: Callable[[Page], bool],
    request_id: str,
    path: str,
    language: str,
) -> None:
    page = page_as(Role.OVERSIGHT_AUDITOR, language)
    page.goto(f"/console/{path.format(request_id=request_id)}")
    for summary in page.locator("main > details > summary, .story summary").all():
        summary.click()
    assert axe(page) == []
    assert fits(page)
