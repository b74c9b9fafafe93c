"""Asking through the pages: four steps, approval by another, progress, results, the workbook back, and a review."""

import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from openpyxl import load_workbook

from connectors.console.account import Account
from connectors.console.actions import Action
from connectors.console.context import Console
from connectors.console.record import list_record
from connectors.console.roles import Role
from connectors.state.database import reading
from connectors.web.app import create_console_app
from schemas.problem import ProblemCode, ProblemError
from tests.unit.connectors.desk.asked_ledgers import HEAD, OFFICER, keep_ledger
from tests.unit.connectors.desk.desk_pages import Browser, browser_of, is_refreshing
from tests.unit.connectors.requester.asking_offices import Office, child

OTHER = Account("zhang.san", "张三", frozenset({Role.QUERY_OFFICER}))
BOTH = Account("both.roles", "欧阳思远", frozenset({Role.QUERY_OFFICER, Role.APPROVER}))
PUPILS = [child(1), child(2, has_id=False), child(7)]
WAIT_SECONDS = 30.0


@pytest.fixture
def app(console: Console) -> Flask:
    """The console's application."""
    return create_console_app(console)


@pytest.fixture
def officer(app: Flask, console: Console) -> Browser:
    """The browser of the query officer."""
    return browser_of(app, console, OFFICER)


@pytest.fixture
def head(app: Flask, console: Console) -> Browser:
    """The browser of the approver."""
    return browser_of(app, console, HEAD)


def settled(browser: Browser, address: str) -> str:
    """Return a page once it no longer refreshes itself."""
    ends_at = time.monotonic() + WAIT_SECONDS
    while is_refreshing(page := browser.get(address)):
        assert time.monotonic() < ends_at, "the page went on refreshing"
        time.sleep(0.05)
    return page


def state_question(browser: Browser, console: Console, office: Office, ledger: str, case: str = "TA-1") -> str:
    """Go through the first three steps; returns the id of the draft, whose statement is then to be read."""
    page = browser.get("/desk/ask")
    assert "第 1 步" in page
    page = browser.post("/desk/ask", {"agreement": office.agreement.digest()}, page)
    id_ = browser.path.split("/")[3]
    page = browser.post(f"/desk/ask/{id_}/ledger", {"ledger": ledger}, page)
    fields: dict[str, str | list[str]] = {"region": "990101", "case": case}
    page = browser.post(f"/desk/ask/{id_}/terms", fields | {"attributes": list(office.agreement.attributes)}, page)
    assert browser.path == f"/desk/ask/{id_}"
    return id_


def approved(officer: Browser, head: Browser, console: Console, office: Office, ledger: str) -> str:
    """Return a question that was approved by another person."""
    id_ = state_question(officer, console, office, ledger)
    page = settled(officer, f"/desk/ask/{id_}")
    officer.post(f"/desk/ask/{id_}", {"deed": "submit"}, page)
    page = head.get(f"/desk/approvals/{id_}")
    head.post(f"/desk/approvals/{id_}", {"deed": "approve"}, page)
    return id_


def asked(officer: Browser, head: Browser, console: Console, office: Office) -> str:
    """Return an answered question: a settled child, a possible match (row 3) and one whom nobody holds."""
    office.hold(child(1), child(2))
    office.gateway.withheld = True
    id_ = approved(officer, head, console, office, keep_ledger(console, PUPILS))
    page = officer.get(f"/desk/questions/{id_}")
    assert "已批准" in page
    officer.post(f"/desk/ask/{id_}", {"deed": "send"}, page)
    settled(officer, f"/desk/questions/{id_}")
    return id_


def test_an_officer_asks_with_an_approval_and_reads_the_answers(
    office: Office, console: Console, officer: Browser, head: Browser
) -> None:
    id_ = asked(officer, head, console, office)
    page = officer.get(f"/desk/questions/{id_}")
    assert "仅供核查参考" in page
    assert child(1)["name"] in page
    assert "可能匹配" in page
    only = officer.get(f"/desk/questions/{id_}?kind=none")
    assert child(7)["name"] in only
    assert child(1)["name"] not in only
    with reading(console.connector.state) as connection:
        actions = {line.action for line in list_record(connection, id_)}
    assert {Action.QUESTION_APPROVED, Action.QUESTION_ASKED, Action.RESULTS_VIEWED} <= actions


def test_the_statement_says_what_leaves_before_it_leaves(office: Office, console: Console, officer: Browser) -> None:
    id_ = state_question(officer, console, office, keep_ledger(console, PUPILS))
    page = settled(officer, f"/desk/ask/{id_}")
    for words in (
        "3 名儿童的至多",
        "不含姓名、号码和日期",
        "残疾预防和残疾人康复条例",
        "残疾类别",
        "90 天",
        "提请审批",
    ):
        assert words in page
    assert office.gateway.received == []


def test_nobody_approves_their_own_question(office: Office, console: Console, app: Flask) -> None:
    both = browser_of(app, console, BOTH)
    id_ = state_question(both, console, office, keep_ledger(console, PUPILS, BOTH.id))
    page = settled(both, f"/desk/ask/{id_}")
    page = both.post(f"/desk/ask/{id_}", {"deed": "submit"}, page)
    own = both.get(f"/desk/approvals/{id_}")
    assert "请由另一人审批" in own
    assert 'value="approve"' not in own
    page = both.post(f"/desk/approvals/{id_}", {"deed": "approve"}, page)
    assert "不能审批自己发起的查询" in page


def test_what_is_not_approved_is_not_sent(office: Office, console: Console, officer: Browser, head: Browser) -> None:
    id_ = state_question(officer, console, office, keep_ledger(console, PUPILS))
    page = settled(officer, f"/desk/ask/{id_}")
    page = officer.post(f"/desk/ask/{id_}", {"deed": "send"}, page)
    page = settled(officer, f"/desk/ask/{id_}")
    officer.post(f"/desk/ask/{id_}", {"deed": "submit"}, page)
    page = head.get(f"/desk/approvals/{id_}")
    page = head.post(f"/desk/approvals/{id_}", {"deed": "decline", "reason": ""}, page)
    assert "请选择理由" in page
    head.post(f"/desk/approvals/{id_}", {"deed": "decline", "reason": "wrong_children"}, page)
    assert "名单范围不符" in officer.get(f"/desk/questions/{id_}")
    assert office.gateway.received == []


def test_the_case_number_is_checked_and_nothing_typed_is_lost(
    office: Office, console: Console, officer: Browser
) -> None:
    page = officer.get("/desk/ask")
    assert "请选择一项用途" in officer.post("/desk/ask", {}, page)
    page = officer.post("/desk/ask", {"agreement": office.agreement.digest()}, page)
    id_ = officer.path.split("/")[3]
    assert "还没有核对好的台账" in page
    ledger = keep_ledger(console, PUPILS)
    page = officer.post(f"/desk/ask/{id_}/ledger", {"ledger": "another"}, officer.get(f"/desk/ask/{id_}/ledger"))
    assert officer.status == 422
    page = officer.post(f"/desk/ask/{id_}/ledger", {"ledger": ledger}, page)
    page = officer.post(f"/desk/ask/{id_}/terms", {"region": "110101", "case": "某某"}, page)
    assert officer.status == 422
    for words in ("请选择地区", "编号应为", "请至少选择一项", 'value="某某"'):
        assert words in page


def test_a_refusal_names_the_clause_and_who_can_change_it(
    office: Office, console: Console, officer: Browser, head: Browser
) -> None:
    def refuse(_answer: object) -> object:
        raise ProblemError(ProblemCode.BUDGET_EXHAUSTED)

    id_ = approved(officer, head, console, office, keep_ledger(console, PUPILS))
    office.gateway.change = refuse  # type: ignore[assignment]
    page = officer.get(f"/desk/questions/{id_}")
    officer.post(f"/desk/ask/{id_}", {"deed": "send"}, page)
    page = settled(officer, f"/desk/questions/{id_}")
    for words in ("每日额度", "数据共享主管部门", "继续查询"):
        assert words in page
    office.gateway.change = lambda answer: answer
    officer.post(f"/desk/ask/{id_}", {"deed": "send"}, page)
    assert "仅供核查参考" in settled(officer, f"/desk/questions/{id_}")


def test_another_officer_sees_nothing_of_it(
    office: Office, console: Console, officer: Browser, head: Browser, app: Flask
) -> None:
    id_ = asked(officer, head, console, office)
    other = browser_of(app, console, OTHER)
    for address in (f"questions/{id_}", f"questions/{id_}/workbook", f"questions/{id_}/receipt", f"ask/{id_}"):
        other.get(f"/desk/{address}")
        assert other.status == 404
    other.get(f"/desk/approvals/{id_}")
    assert other.status == 403
    other.get(f"/desk/reviews/{id_}/3")
    assert other.status == 404
    head.get(f"/desk/questions/{id_}")
    assert head.status == 404


def test_the_workbook_comes_back_with_allowed_answers_alone(
    office: Office, console: Console, officer: Browser, head: Browser
) -> None:
    id_ = asked(officer, head, console, office)
    workbook = load_workbook(BytesIO(officer.download(f"/desk/questions/{id_}/workbook")))
    rows = [[str(cell or "") for cell in row] for row in workbook.worksheets[0].iter_rows(values_only=True)]
    own = [cell for cell in rows[0] if cell][:7]
    added = [cell for cell in rows[0] if cell][7:]
    assert own[0] == "姓名"
    assert [heading.split(" / ")[0] for heading in added] == [
        "比对结果（仅供核查参考）",
        "符合重度残疾人护理补贴残疾条件",
        "残疾人证有效期至",
        "数据月份",
        "回执编号",
        "保存至",
    ]
    assert rows[1][-2]
    assert not rows[3][-2]


def test_a_receipt_is_printed(office: Office, console: Console, officer: Browser, head: Browser) -> None:
    id_ = asked(officer, head, console, office)
    page = officer.get(f"/desk/questions/{id_}/receipt")
    for words in ("数据查询回执", id_, HEAD.id, "TA-1", "盖章处"):
        assert words in page
    assert child(1)["name"] not in page


def test_a_possible_match_is_decided_by_two_persons(
    office: Office, console: Console, officer: Browser, head: Browser
) -> None:
    id_ = asked(officer, head, console, office)
    assert f"/desk/reviews/{id_}/3" in officer.get("/desk/reviews")
    head.get(f"/desk/reviews/{id_}/3")
    assert head.status == 404
    page = officer.get(f"/desk/reviews/{id_}/3")
    assert child(2)["name"] in page
    assert "看不到对方记录的内容" in page
    page = officer.post(f"/desk/reviews/{id_}/3", {"decision": "match", "reason": "other_child"}, page)
    assert "这项依据与决定不符" in page
    page = officer.post(f"/desk/reviews/{id_}/3", {"decision": "match", "reason": "papers_seen"}, page)
    assert "等待另一人确认" in page
    page = officer.post(f"/desk/reviews/{id_}/3/confirmation", {"deed": "confirm"}, page)
    assert "不能确认自己的决定" in page
    page = head.get(f"/desk/reviews/{id_}/3")
    head.post(f"/desk/reviews/{id_}/3/confirmation", {"deed": "confirm"}, page)
    settled(head, f"/desk/reviews/{id_}/3")
    assert "匹配，有答复 2" in officer.get(f"/desk/questions/{id_}")
    assert "没有需要复核的行" in officer.get("/desk/reviews")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_empty_pages_say_how_to_begin(app: Flask, console: Console, language: str) -> None:
    browser = browser_of(app, console, BOTH, language)
    for path in ("questions", "approvals", "reviews"):
        assert "empty-state" in browser.get(f"/desk/{path}")
        assert browser.status == 200


@pytest.fixture(autouse=True)
def _folder_holds_no_name(tmp_path: Path) -> Iterator[None]:
    """No child's name rests in clear in the connector's folder, whatever was done."""
    yield
    for path in (tmp_path / "office").rglob("*"):
        if path.is_file() and path.suffix in {".sqlite3", ".sqlite3-wal"}:
            assert child(2)["name"].encode() not in path.read_bytes()
