"""A lead body's bulletin by its pages: asked for, approved by another person, read, downloaded; and the own table's."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from io import BytesIO

import pytest
from openpyxl import load_workbook

from connectors.cli.session import Session
from connectors.console.account import Account
from connectors.console.context import Console
from connectors.console.roles import Role
from connectors.state.statistics import list_copies
from connectors.web.app import create_console_app
from demo.province import Agency
from demo.scenario.cast import COUNTY, PROVINCE
from demo.scenario.desks import agree
from schemas.agreement import Agreement
from schemas.statistics.quarter import last_ended_quarter
from tests.lead_body import seat_lead_body
from tests.scene import Scene
from tests.unit.connectors.desk.desk_pages import Browser, browser_of, is_refreshing

OFFICER = Account("zhou.zheng", "周正", frozenset({Role.QUERY_OFFICER}))
HEAD = Account("qian.yu", "钱玉", frozenset({Role.APPROVER}))
STEWARD = Account("zhao.gang", "赵刚", frozenset({Role.DATA_STEWARD}))

PATIENCE = 60.0
"""Seconds, at most: two servers answer, on a machine that may be busy."""


def console_of(session: Session) -> Console:
    return Console(session.connector, session.trust, session.client)


@pytest.fixture(scope="module")
def lead(scene: Scene, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    with ExitStack() as stack:
        session = seat_lead_body(scene, tmp_path_factory.mktemp("bulletins") / "lead", "9902")
        stack.callback(session.close)
        yield session


@pytest.fixture(scope="module")
def agreement(scene: Scene, lead: Session) -> Agreement:
    return agree(lead, scene.session(Agency.CIVIL_AFFAIRS), "P18", ("9902",))


@pytest.fixture(scope="module")
def people(lead: Session, agreement: Agreement) -> tuple[Browser, Browser]:
    del agreement
    app, console = create_console_app(console_of(lead)), console_of(lead)
    return browser_of(app, console, OFFICER), browser_of(app, console, HEAD, "en")


def ended(browser: Browser, address: str) -> str:
    """Return a page once it does not refresh itself any more."""
    until = time.monotonic() + PATIENCE
    while is_refreshing(page := browser.get(address)):
        assert time.monotonic() < until
        time.sleep(0.1)
    return page


def test_the_whole_way_from_the_form_to_the_workbook(
    lead: Session, agreement: Agreement, people: tuple[Browser, Browser]
) -> None:
    officer, head = people
    quarter = last_ended_quarter(lead.connector.today())
    assert "还没有收到统计表" in officer.get("/desk/bulletins")

    form = officer.get("/desk/table-drafts")
    wrong = officer.post("/desk/table-drafts", {"agreement": agreement.digest(), "region": COUNTY}, form)
    assert officer.status == 422
    assert "协议约定的地区之内" in wrong
    draft = officer.post("/desk/table-drafts", {"agreement": agreement.digest(), "region": "9902"}, form)
    assert "不涉及任何一名儿童" in draft
    id_ = officer.path.rpartition("/")[2]
    assert officer.get(f"/desk/ask/{id_}") == officer.get(f"/desk/table-drafts/{id_}")
    submitted = officer.post(f"/desk/ask/{id_}", {"deed": "submit"}, draft)
    assert "已提请审批" in submitted

    asked = head.get(f"/desk/approvals/{id_}")
    assert "for its table" in asked
    head.post(f"/desk/approvals/{id_}", {"deed": "approve"}, asked)
    approved = officer.get(f"/desk/questions/{id_}")
    officer.post(f"/desk/ask/{id_}", {"deed": "send"}, approved)
    bulletin = ended(officer, f"/desk/questions/{id_}")
    assert officer.path == f"/desk/bulletins/{quarter}/9902"

    (release,) = list_copies(lead.connector.state)
    assert release.digest() in bulletin
    withheld = sum(count is None for row in release.rows for count in row.counts)
    assert bulletin.count('class="visually-hidden">隐去<') == withheld > 0
    assert "为什么有的数字隐去" in bulletin
    workbook = load_workbook(BytesIO(officer.download(f"/desk/bulletins/{quarter}/9902/workbook")))
    rows = list(workbook.worksheets[0].iter_rows(values_only=True))
    assert next(row[0] for row in rows[1:]) == release.rows[0].region
    assert len(rows) == len(release.rows) + 1
    assert officer.get("/desk/bulletins").count("9902") >= 1
    assert officer.get(f"/desk/bulletins/{quarter}/9901")
    assert officer.status == 404


def test_nobody_approves_their_own_and_nothing_is_asked_before(
    lead: Session, agreement: Agreement, people: tuple[Browser, Browser]
) -> None:
    officer, head = people
    form = officer.get("/desk/table-drafts")
    draft = officer.post("/desk/table-drafts", {"agreement": agreement.digest(), "region": "9902"}, form)
    id_ = officer.path.rpartition("/")[2]
    before = len(list_copies(lead.connector.state))
    officer.post(f"/desk/ask/{id_}", {"deed": "send"}, draft)
    assert officer.path == f"/desk/table-drafts/{id_}"
    assert len(list_copies(lead.connector.state)) == before
    assert head.get(f"/desk/table-drafts/{id_}")
    assert head.status == 403


def test_a_purpose_that_asks_for_counts_is_no_question_about_children(
    agreement: Agreement, people: tuple[Browser, Browser]
) -> None:
    officer, _ = people
    assert agreement.digest() not in officer.get("/desk/ask")
    assert agreement.digest() in officer.get("/desk/table-drafts")


def test_a_provider_makes_and_sees_its_own_table(scene: Scene) -> None:
    session = scene.session(Agency.PUBLIC_SECURITY)  # with noise
    console = console_of(session)
    steward = browser_of(create_console_app(console), console, STEWARD)
    quarter = last_ended_quarter(session.connector.today())
    page = steward.get("/desk/own-table")
    if "还没有编制" in page:
        steward.post("/desk/own-table", {}, page)
        page = ended(steward, "/desk/own-table")
    assert "已编制，不再变化" in page
    assert "ε = 1.0" in page
    numbers = steward.get(f"/desk/own-table/{quarter}")
    assert "随机噪声" in numbers
    assert PROVINCE in numbers
    assert steward.download(f"/desk/own-table/{quarter}/workbook").startswith(b"PK")
    assert steward.get("/desk/own-table/2020-Q1")
    assert steward.status == 404


def test_an_agency_without_a_table_has_no_page_of_one(lead: Session, people: tuple[Browser, Browser]) -> None:
    del people
    console = console_of(lead)
    steward = browser_of(create_console_app(console), console, STEWARD)
    steward.get("/desk/own-table")
    assert steward.status == 404
    assert "/desk/own-table" not in steward.get("/desk/data")
