"""The auditors' pages of agreements in a browser: many versions, long notes, and what an agreement would have done."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from gateway.api.app import create_app
from gateway.domain.account import Account
from gateway.domain.roles import Role
from gateway.persistence.account_tables import ACCOUNT_TABLES
from gateway.persistence.engine import write_transaction
from gateway.services.account_book import GatewayAccounts
from hosting.accounts.sessions import begin_session_in
from hosting.web.secret_cookie import new_secret
from hosting.web.site import COOKIE_NAME
from schemas.envelope import MessageType
from schemas.messages.agreements import AgreementReview
from tests.accounts import add_settled_account
from tests.browser.console import new_context
from tests.browser.served_pages import served
from tests.scenario.gateway_simulator import World, played_world

PASSWORD = "four old locust trees"
NOTE = "请补充个人信息保护影响评估，并说明辖区内各乡镇如何分工办理、由谁负责保管结果；补正后一并报送。" * 3


def play(world: World) -> str:
    """Play an agreement in force and a next version that was returned; returns the digest of the latter."""
    first = world.conclude()
    second = world.agreement(replaces=first.digest(), revision=2, retention_days=20)
    world.tell(world.requester, MessageType.AGREEMENT_PROPOSE, world.propose(second))
    reasons = ("impact_assessment_missing", "scope_unclear")
    returned = AgreementReview(agreement=second.digest(), step="return_incomplete", reasons=reasons, note=NOTE)
    world.tell(world.provider, MessageType.AGREEMENT_REVIEW, returned)
    return second.digest()


@pytest.fixture(scope="module")
def auditor(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Page, str]]:
    """An auditor's page at the agreement that was returned, and the page's address."""
    folder: Path = tmp_path_factory.mktemp("stories")
    with played_world(folder / "gateway") as world, served(create_app(world.gateway)) as url:
        digest = play(world)
        overseer = Account("overseer", "阿卜杜热合曼·买买提", frozenset({Role.OVERSIGHT_AUDITOR}))
        add_settled_account(GatewayAccounts(world.gateway), overseer, PASSWORD)
        token = new_secret(os.urandom)
        with write_transaction(world.gateway.engine) as connection:
            begin_session_in(connection, ACCOUNT_TABLES, token, overseer.id, world.gateway.seconds())
        context = new_context(browser, "zh", url)
        context.add_cookies([{"name": COOKIE_NAME, "value": token, "url": url}])
        yield context.new_page(), f"{url}/console/agreements/{digest}"
        context.close()


def test_an_auditor_reads_versions_differences_and_the_story(
    auditor: tuple[Page, str], check: Callable[[Page], None]
) -> None:
    page, address = auditor
    page.goto(address)
    main = page.locator("main")
    for words in ("结果保存天数", "缺个人信息保护影响评估", NOTE, "第 1 版"):
        expect(main).to_contain_text(words)
    check(page)
    page.get_by_role("link", name="← 协议").click()
    expect(page.locator("tbody tr")).to_have_count(2)
    check(page)
    page.get_by_label("状态").select_option("active")
    page.get_by_role("button", name="看一看").click()
    expect(page.locator("tbody tr")).to_have_count(1)


def test_an_auditor_tries_an_agreement_on_recent_requests(
    auditor: tuple[Page, str], check: Callable[[Page], None]
) -> None:
    page, address = auditor
    page.goto(address)
    page.get_by_role("link", name="最近的请求按它会怎样").click()
    page.get_by_label("最近多少天").fill("900")
    page.get_by_role("button", name="推算").click()
    expect(page.get_by_role("alert")).to_contain_text("请填写 1 至 366 的整数")
    check(page)
    page.get_by_label("最近多少天").fill("30")
    page.get_by_role("button", name="推算").click()
    expect(page.locator("main")).to_contain_text("这段时间没有这样的请求")
