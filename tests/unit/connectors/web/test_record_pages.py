"""The agency's own record on a page: by account, by subject, by pages, and without anybody's name who is no officer."""

import pytest

from connectors.console.actions import Action
from connectors.console.record import record_in
from connectors.console.roles import Role
from connectors.state.database import writing
from connectors.web.action_words import ACTION_NAMES
from connectors.web.record_words import say_detail
from tests.unit.connectors.web.office_desk import OfficeDesk


def test_every_action_has_its_words() -> None:
    assert set(ACTION_NAMES) == set(Action)


def test_who_looked_at_what(desk: OfficeDesk) -> None:
    administrator = desk.browser(Role.ADMINISTRATOR).client
    officer = desk.account(Role.QUERY_OFFICER)
    with writing(desk.connector.state) as connection:
        for number in range(60):
            record_in(connection, 1_800_000_000 + number, officer.id, Action.LEDGER_UNMASKED, f"ledger-{number % 2}")
        record_in(connection, 1_800_000_100, "gone.away", Action.RESULTS_VIEWED, "question-1", "rows=300")
    page = administrator.get("/desk/record").text
    assert "gone.away" in page
    assert "300 行" in page
    assert "阿卜杜热合曼·买买提" in page
    assert "2027年1月15日 16:00" in administrator.get("/desk/record?subject=ledger-1").text
    assert "共 30 条" in administrator.get("/desk/record?subject=ledger-1").text
    assert "对象：ledger-1" in administrator.get("/desk/record?subject=ledger-1").text
    assert "第 51–" in administrator.get(f"/desk/record?account={officer.id}&page=2").text
    assert "没有符合条件的记录" in administrator.get("/desk/record?account=no.body").text
    administrator.set_cookie("language", "en")
    assert "Looked at whole ID numbers" in administrator.get("/desk/record?subject=ledger-0").text


def test_changes_of_accounts_are_told_in_words(desk: OfficeDesk) -> None:
    administrator = desk.browser(Role.ADMINISTRATOR)
    administrator.post("/desk/add-account", id="zhang.wei", name="张伟", roles=["query_officer", "approver"])
    administrator.post("/desk/accounts/zhang.wei/disable")
    page = administrator.client.get("/desk/record?subject=zhang.wei").text
    assert "新增账号，查询审批人，查询经办人" in page
    assert "停用账号，查询审批人，查询经办人" in page
    administrator.client.set_cookie("language", "en")
    page = administrator.client.get("/desk/record?subject=zhang.wei").text
    assert "account disabled, Approver, Query officer" in page


@pytest.mark.parametrize(
    ("detail", "words"),
    [
        ("county_quarterly,first_on=2026-07-01", "县级季核查，2026-07-01 起"),
        ("W1", "控辍保学"),
        ("visit_home", "家访"),
        ("close", "销号"),
        ("row=7,cells=2", "第 7 行，2 格"),
        ("wrong_code,address=127.0.0.1", "动态码不对，网络地址 127.0.0.1"),
        ("something=else,new", "something=else，new"),
    ],
)
def test_details_are_told_in_words(desk: OfficeDesk, detail: str, words: str) -> None:
    with desk.app.test_request_context("/"):
        assert words in say_detail(detail)
