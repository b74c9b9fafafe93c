"""The private OR by the consoles' pages: a board is opened and let answer, and civil affairs asks with a ledger."""

import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from connectors.console.account import Account
from connectors.console.context import Console
from connectors.console.roles import Role
from connectors.web.app import create_console_app
from demo.scenario.parents_cast import KEEPER, OTHER_OFFICES, REQUESTER, RESOLVER, Seat
from demo.scenario.parents_data import STORY, STORY_GROUNDS
from tests.circle import Circle, open_circle
from tests.unit.connectors.desk.asked_ledgers import HEAD, OFFICER, keep_ledger
from tests.unit.connectors.desk.desk_pages import Browser, browser_of, is_refreshing

STEWARD = Account("zhao.gang", "赵刚", frozenset({Role.DATA_STEWARD}))
SECOND_STEWARD = Account("sun.ning", "孙宁", frozenset({Role.DATA_STEWARD}))
PATIENCE = 60.0
ROWS = [
    {"name": one.name, "citizen_id": one.child, "birth_date": "", "sex": "", "hukou_region": "990101"} for one in STORY
]


@pytest.fixture(scope="module")
def circle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Circle]:
    """A circle of its own: the pages say how many boards there were."""
    with ExitStack() as stack:
        yield open_circle(tmp_path_factory.mktemp("boards"), stack, STORY_GROUNDS)


def console_of(circle: Circle, seat: Seat) -> Console:
    session = circle.stage.sessions[seat.kind]
    return Console(session.connector, session.trust, session.client)


def steward_of(circle: Circle, seat: Seat, account: Account = STEWARD) -> Browser:
    console = console_of(circle, seat)
    return browser_of(create_console_app(console), console, account)


def ended(browser: Browser, address: str) -> str:
    """Return a page once it does not refresh itself any more."""
    until = time.monotonic() + PATIENCE
    while is_refreshing(page := browser.get(address)):
        assert time.monotonic() < until
        time.sleep(0.1)
    return page


def test_from_the_first_board_to_the_conclusions(circle: Circle) -> None:
    console = console_of(circle, REQUESTER)
    app = create_console_app(console)
    steward, officer, head = (browser_of(app, console, one) for one in (STEWARD, OFFICER, HEAD))
    keeper, police, court = (steward_of(circle, seat) for seat in (KEEPER, RESOLVER, OTHER_OFFICES[-1]))
    resolver = circle.stage.agreements[RESOLVER.kind].digest()

    empty = steward.get("/desk/boards")
    assert "还没有板" in empty
    assert "/desk/boards" in steward.get("/desk/agreements")
    refused = steward.post("/desk/boards", {"list_size": "many"}, empty)
    assert steward.status == 422
    opened = steward.post("/desk/boards", {"list_size": "64"}, refused)
    assert "等保管方给出半把钥匙" in opened
    assert "轮到本单位。" in keeper.get("/desk/boards")
    circle.stage.advance(KEEPER)
    shared = keeper.get("/desk/boards")
    assert "给出半把钥匙" in shared
    assert "轮到本单位。" not in shared
    assert "轮到本单位。" in police.get("/desk/boards")
    circle.stage.advance(RESOLVER)
    assert "轮到本单位。" in court.get("/desk/boards")
    assert "启用第" not in steward.get("/desk/boards")

    # asked before a board answers
    ledger = keep_ledger(console, ROWS)
    purposes = officer.get("/desk/ask")
    assert purposes.count('name="agreement"') == 1  # under the agreement with the police alone
    officer.post("/desk/ask", {"agreement": resolver}, purposes)
    id_ = officer.path.split("/")[3]
    officer.post(f"/desk/ask/{id_}/ledger", {"ledger": ledger}, officer.get(f"/desk/ask/{id_}/ledger"))
    terms = {"region": "990101", "case": "TA-1", "attributes": list(circle.stage.agreements[RESOLVER.kind].attributes)}
    officer.post(f"/desk/ask/{id_}/terms", terms, officer.get(f"/desk/ask/{id_}/terms"))
    assert "没有可以查询的板" in ended(officer, f"/desk/ask/{id_}")

    circle.stage.advance(*OTHER_OFFICES)
    marked = steward.get("/desk/boards")
    assert "启用第" in marked
    board = circle.rows("SELECT board FROM board ORDER BY opened_at DESC LIMIT 1")[0][0]
    assert "可以查询" in steward.post(f"/desk/boards/{board}", {}, marked)
    assert "盲求值本单位名单" in court.get("/desk/boards")
    assert "启用第" not in court.get("/desk/boards")

    statement = officer.get(f"/desk/ask/{id_}")
    assert "密封给童心省公安厅" in statement
    assert "盲化散列" not in statement
    assert "童心省高级人民法院" in statement
    submitted = officer.post(f"/desk/ask/{id_}", {"deed": "submit"}, statement)
    assert "已提请审批" in submitted
    head.post(f"/desk/approvals/{id_}", {"deed": "approve"}, head.get(f"/desk/approvals/{id_}"))
    officer.post(f"/desk/ask/{id_}", {"deed": "send"}, officer.get(f"/desk/questions/{id_}"))
    results = ended(officer, f"/desk/questions/{id_}")
    for conclusion in ("孤儿：1", "事实无人抚养儿童：1", "不属于：1", "数据不足：2"):
        assert f"<li>{conclusion}" in results
    assert "卫生健康部门 1" in results
    assert "公安机关 1" in results


def test_nobody_but_the_requester_opens_a_board_or_lets_it_answer(circle: Circle) -> None:
    court = steward_of(circle, OTHER_OFFICES[-1], SECOND_STEWARD)
    page = court.get("/desk/agreements")
    court.post("/desk/boards", {"list_size": "64"}, page)
    assert court.status == 409
    court.post("/desk/boards/00000000-0000-4000-8000-000000000000", {}, page)
    assert court.status == 409
