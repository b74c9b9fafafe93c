"""A standing question through the pages: registered, approved by another, its changes read, another roster, an end."""

import re
from datetime import date

import pytest
from flask import Flask

from connectors.console.account import Account
from connectors.console.account_book import AgencyAccounts
from connectors.console.actions import Action
from connectors.console.record import list_record
from connectors.console.roles import Role
from connectors.state.database import reading
from connectors.web.app import create_console_app
from hosting.web.site import COOKIE_NAME
from schemas.problem import ProblemCode, ProblemError
from tests.accounts import begin_session
from tests.unit.connectors.desk.asked_ledgers import HEAD, OFFICER, keep_ledger
from tests.unit.connectors.desk.desk_pages import Browser, browser_of
from tests.unit.connectors.requester.asking_offices import child
from tests.unit.connectors.standing.standing_office import MONTHLY, StandingOffice

PUPILS = [child(number) for number in (1, 2, 3, 4)]
OTHER = Account("zhang.san", "张三", frozenset({Role.QUERY_OFFICER}))
_UNTIL = "2026-08-31"


@pytest.fixture
def app(standing: StandingOffice) -> Flask:
    """The console's application."""
    return create_console_app(standing.console)


def sit_down(app: Flask, standing: StandingOffice, account: Account) -> Browser:
    """Return the browser of somebody whose account there is already."""
    client = app.test_client()
    client.set_cookie(COOKIE_NAME, begin_session(AgencyAccounts(standing.console.connector), account))
    client.set_cookie("language", "zh")
    return Browser(client)


def fields(ledger: str, **changes: str) -> dict[str, str | list[str]]:
    filled = {
        "ledger": ledger,
        "region": "990101",
        "case": "TA-1",
        "rhythm": "monthly",
        "day": "10",
        "until_on": _UNTIL,
    }
    return {**filled, **changes}


def test_registered_approved_asked_and_read(app: Flask, standing: StandingOffice) -> None:
    officer, head = (sit_down(app, standing, one) for one in (OFFICER, HEAD))
    standing.office.hold(*PUPILS[:3])
    ledger = keep_ledger(standing.console, PUPILS)
    assert "还没有定期查询" in officer.get("/desk/standing")
    form = f"/desk/standing/new/{standing.office.agreement.digest()}"
    assert form in officer.get("/desk/standing/new")
    page = officer.post(form, fields(ledger, until_on="2031-01-01"), officer.get(form))
    assert officer.status == 422
    assert 'value="2031-01-01"' in page
    page = officer.post(form, fields(ledger), page)
    assert "已提请审批" in page
    story = officer.path
    assert "批准按期" not in page

    assert "有 1 项定期查询需要您审批" in head.get("/desk/")
    page = head.get(story)
    assert "残疾类别" in page
    page = head.post(f"{story}/decision", {"deed": "approve"}, page)
    assert "下次查询" in page

    assert standing.tick()
    assert "有 1 项定期查询需要您审批或查看变化" in officer.get("/desk/")
    page = officer.get(story)
    (address,) = re.findall(rf'href="({story}/changes/[^"]+)"', page)
    page = officer.get(address)
    assert "4 名儿童，3 名有变化" in page
    assert page.count("新有答复") >= 3
    assert "钱明月" in page
    assert "定期查询需要您" not in officer.get("/desk/")
    head.get(address)
    assert head.status == 404
    with reading(standing.console.connector.state) as connection:
        actions = {line.action for line in list_record(connection, story.rpartition("/")[2])}
    assert {Action.STANDING_REGISTERED, Action.STANDING_APPROVED, Action.STANDING_VIEWED} <= actions


def test_a_refusal_says_which_clause_and_when_it_is_tried_again(app: Flask, standing: StandingOffice) -> None:
    officer = sit_down(app, standing, OFFICER)
    id_ = standing.register(PUPILS, MONTHLY, date(2026, 8, 31))

    def refuse(_answer: object) -> object:
        raise ProblemError(ProblemCode.BUDGET_EXHAUSTED, clause="releases_per_day")

    standing.office.gateway.change = refuse  # type: ignore[assignment]
    assert not standing.tick()
    page = officer.get(f"/desk/standing/{id_}")
    assert "每日额度" in page
    assert "2026年3月6日" in page
    assert "没有完成" in officer.get("/desk/standing")
    assert "有 1 项定期查询需要您审批或查看变化" in officer.get("/desk/")


def test_another_roster_and_an_end(app: Flask, standing: StandingOffice) -> None:
    officer, head = (sit_down(app, standing, one) for one in (OFFICER, HEAD))
    id_ = standing.register(PUPILS, MONTHLY, date(2026, 8, 31))
    newer = keep_ledger(standing.console, PUPILS[:2])
    page = officer.get(f"/desk/standing/{id_}/roster")
    assert "待审批" in officer.post(f"/desk/standing/{id_}/roster", {"ledger": newer}, page)
    page = head.get(f"/desk/standing/{id_}")
    assert "可用 2 行" in page
    head.post(f"/desk/standing/{id_}/decision", {"deed": "approve"}, page)
    page = officer.get(f"/desk/standing/{id_}/stop")
    assert "立即销毁" in page
    assert "已停止" in officer.post(f"/desk/standing/{id_}/stop", {}, page)
    assert officer.get(f"/desk/standing/{id_}/roster")
    assert officer.status == 404


def test_nobody_sees_another_officers(app: Flask, standing: StandingOffice) -> None:
    id_ = standing.register(PUPILS, MONTHLY, date(2026, 8, 31))
    other = browser_of(app, standing.console, OTHER)
    assert "还没有定期查询" in other.get("/desk/standing")
    for path in ("", "/roster", "/stop"):
        other.get(f"/desk/standing/{id_}{path}")
        assert other.status == 404
    other.get("/desk/standing/new/unknown")
    assert other.status == 404


def test_in_english(app: Flask, standing: StandingOffice) -> None:
    officer = sit_down(app, standing, OFFICER)
    officer.client.set_cookie("language", "en")
    id_ = standing.register(PUPILS, MONTHLY, date(2026, 8, 31))
    standing.office.hold(*PUPILS)
    standing.tick()
    page = officer.get(f"/desk/standing/{id_}")
    assert "on day 10, every month" in page
    (address,) = re.findall(r'href="(/desk/standing/[^"]+/changes/[^"]+)"', page)
    assert "Changed since last time" in officer.get(address)
