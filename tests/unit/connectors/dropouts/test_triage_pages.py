"""The county's pages: acknowledge, refer to civil affairs, take the result back, report danger; nobody else may."""

import re
import time

import pytest
from flask import Flask

from connectors.console.account import Account
from connectors.console.context import Console
from connectors.console.roles import Role
from connectors.desk.ledger_repairs import repair_row
from connectors.dropouts.absence_ledger import flag_store_of
from connectors.dropouts.dropout_lines import list_dropouts, steps_taken
from connectors.dropouts.flag_worker import work_on_flags
from connectors.dropouts.plan_flags import keep_flags
from connectors.items.actions import take_step
from connectors.items.lists import get_item, list_items
from connectors.items.papers import ReferralPaper, ReportPaper, ResultPaper
from connectors.items.synchronise import synchronise
from connectors.items.views import ItemScope
from connectors.items.words import Danger, Service
from connectors.state.dropout_acknowledgements import is_anything_waiting
from connectors.web.app import create_console_app
from schemas.workflows.item_number import number_of
from tests.item_offices import ItemRelay
from tests.unit.connectors.desk.desk_pages import Browser, browser_of
from tests.unit.connectors.dropouts.absences import (
    CIVIL_AFFAIRS,
    FIRST_ROW,
    HEADER,
    LONG_NAME,
    OTHER_SCHOOL,
    SCHOOL,
    add_officer,
    checked,
    row_of,
)
from tests.unit.connectors.dropouts.absences import (
    number_of as id_number_of,
)

TEACHER = Account("li.na", "李娜", frozenset({Role.SCHOOL_USER}), SCHOOL)
OWNER = Account("case.owner", "才仁卓玛", frozenset({Role.CASE_OWNER}))
WAIT_SECONDS = 60.0
ELSEWHERE = Account("ma.li", "马丽", frozenset({Role.SCHOOL_USER}), OTHER_SCHOOL)


@pytest.fixture
def app(console: Console) -> Flask:
    """The bureau's console."""
    return create_console_app(console)


@pytest.fixture
def school(app: Flask, console: Console) -> Browser:
    """The browser of somebody at the school."""
    return browser_of(app, console, TEACHER)


@pytest.fixture
def county(app: Flask, console: Console, school: Browser) -> Browser:
    """The county's browser, with three pupils reported in writing."""
    del school
    kept = checked(console, [row_of(pupil) for pupil in (1, 2, 3)])
    keep_flags(console, kept, CIVIL_AFFAIRS, SCHOOL)
    work_on_flags(console)
    return browser_of(app, console, OWNER)


def wait_for_worker(console: Console) -> None:
    """Wait until the console's own worker has brought every flag as far as it comes."""
    ends_at = time.monotonic() + WAIT_SECONDS
    while flag_store_of(console.connector).waiting():
        assert time.monotonic() < ends_at, "the worker did not come to its end"
        time.sleep(0.05)


def items_of(console: Console) -> list[str]:
    return [line.row.item for line in list_dropouts(console, OWNER)]


def wait_until_acknowledged(console: Console) -> None:
    """Wait until the console's own worker has acknowledged every report."""
    ends_at = time.monotonic() + WAIT_SECONDS
    while is_anything_waiting(console.connector.state):
        assert time.monotonic() < ends_at, "the worker did not come to its end"
        time.sleep(0.05)


def reload(browser: Browser) -> str:
    """Open the last page again."""
    assert browser.seen is not None
    return browser.get(browser.seen.request.full_path)


def acknowledge(console: Console, county: Browser) -> list[str]:
    """Let the county acknowledge all reports."""
    items = items_of(console)
    page = county.get("/desk/triage")
    county.post("/desk/triage", {"stage": "reported", "items": items}, page)
    wait_until_acknowledged(console)
    return items


def test_reports_are_acknowledged_together(console: Console, county: Browser) -> None:
    page = county.get("/desk/triage")
    assert page.count(LONG_NAME) >= 3
    refused = county.post("/desk/triage", {"stage": "reported"}, page)
    assert county.status == 422
    assert "请先勾选学生" in refused
    acknowledge(console, county)
    assert "已签收 3 份书面报告" in reload(county)
    assert {line.row.state_id for line in list_dropouts(console, OWNER)} == {"verifying"}
    assert "没有用途 P01" in county.get("/desk/triage?stage=verifying")


def test_a_guardianship_signal_becomes_a_referral_and_its_result_returns_to_the_school(
    console: Console, relay: ItemRelay, county: Browser, school: Browser
) -> None:
    item = acknowledge(console, county)[0]
    page = county.get(f"/desk/triage/{item}/refer")
    assert LONG_NAME in page
    assert "R01" not in page
    assert id_number_of(1) not in page
    fields: dict[str, str | list[str]] = {"office": CIVIL_AFFAIRS, "wanted": ["home_visit"], "note": "祖父母照料"}
    refused = county.post(f"/desk/triage/{item}/refer", fields, page)
    assert county.status == 422
    assert "祖父母照料" in refused
    county.post(f"/desk/triage/{item}/refer", {**fields, "situations": ["no_guardian"]}, page)
    assert county.path == f"/desk/triage/{item}"
    (last,) = [one for one in steps_taken(console, item) if one.transition == "refer"]

    civil = relay.offices[CIVIL_AFFAIRS]
    owner = add_officer(civil, "case.owner", Role.CASE_OWNER)
    synchronise(civil)
    (row,) = [one for one in list_items(civil, owner, scope=ItemScope.ALL) if one.workflow.id == "W6"]
    assert number_of("W6", row.item) == last.proof
    (referral,) = [paper for _, paper in get_item(civil, owner, row.item).papers]
    assert isinstance(referral, ReferralPaper)
    assert (referral.child.name, referral.note) == (LONG_NAME, "祖父母照料")
    for step in ("acknowledge", "accept", "begin"):
        take_step(civil, owner, row.item, step)
    synchronise(console)
    assert "对方还没有反馈结果" in county.get(f"/desk/triage/{item}")
    result = ResultPaper(services=(Service.GUARDIANSHIP_SUPPORT,), note="已落实委托照护")
    take_step(civil, owner, row.item, "give_result", reason="served", proof="MZ-2026-01", own=result)
    synchronise(console)
    page = county.get(f"/desk/triage/{item}")
    county.post(f"/desk/triage/{item}/result", {}, page)
    assert "已收到办理结果" in reload(county)
    assert [one.proof for one in steps_taken(console, item) if one.transition == "take_result"] == [last.proof]
    story = school.get(f"/desk/items/{item}")
    assert school.status == 200
    assert "收到办理结果" in story
    assert "已落实委托照护" not in story


def test_a_result_that_is_not_there_can_t_be_taken(console: Console, county: Browser) -> None:
    item = acknowledge(console, county)[0]
    page = county.get(f"/desk/triage/{item}")
    county.post(f"/desk/triage/{item}/result", {}, page)
    assert county.status == 409


def test_a_danger_is_reported_to_three_offices_at_once(console: Console, relay: ItemRelay, county: Browser) -> None:
    item = acknowledge(console, county)[1]
    page = county.get(f"/desk/triage/{item}/report_danger")
    seats = {"police": "public_security.990101", "township": CIVIL_AFFAIRS, "civil_affairs": CIVIL_AFFAIRS}
    county.post(f"/desk/triage/{item}/report_danger", {**seats, "police": CIVIL_AFFAIRS}, page)
    assert county.status == 422
    county.post(f"/desk/triage/{item}/report_danger", {**seats, "situations": [Danger.ABNORMAL_INJURY.value]}, page)
    assert county.path == f"/desk/triage/{item}"
    assert list_dropouts(console, OWNER)[0].row.workflow.id == "W1"
    assert [one.row.state_id for one in list_dropouts(console, OWNER) if one.row.item == item] == ["danger_reported"]
    police = relay.offices["public_security.990101"]
    duty = add_officer(police, "duty", Role.DUTY_OFFICER)
    synchronise(police)
    (row,) = list_items(police, duty, scope=ItemScope.ALL)
    (report,) = [paper for _, paper in get_item(police, duty, row.item).papers]
    assert isinstance(report, ReportPaper)
    assert report.reporter is None


def test_a_school_neither_sorts_nor_sees_another_school_s_pupils(
    app: Flask, console: Console, county: Browser, school: Browser
) -> None:
    item = items_of(console)[0]
    for address in ("/desk/triage", f"/desk/triage/{item}", f"/desk/triage/{item}/refer"):
        school.get(address)
        assert school.status == 403
    assert county.get("/desk/dropouts").count(LONG_NAME) == 3
    assert school.get("/desk/dropouts").count(LONG_NAME) == 3
    other = browser_of(app, console, ELSEWHERE)
    assert LONG_NAME not in other.get("/desk/dropouts")
    (ledger,) = set(re.findall(r"/desk/absences/([0-9a-f-]{36})", school.get("/desk/absences")))
    assert "（已标记 3 名" not in other.get(f"/desk/absences/{ledger}")
    assert other.status == 404
    other.get(f"/desk/items/{item}")
    assert other.status == 404


def test_a_row_that_is_put_right_later_is_flagged_later(console: Console, app: Flask) -> None:
    school = browser_of(app, console, TEACHER)
    kept = checked(console, [row_of(1), row_of(2, 原因=None)])
    address = f"/desk/absences/{kept.id}"
    plan = school.get(address)
    assert "标记 1 名学生" in plan
    school.post(address, {"township": CIVIL_AFFAIRS}, plan)
    wait_for_worker(console)
    assert "还可以标记" not in school.get(address)
    repair_row(console, TEACHER.id, kept.id, FIRST_ROW + 1, {HEADER.index("原因"): "R01"})
    assert "还可以标记 1 名" in school.get(address)
    plan = school.get(f"{address}?more=1")
    assert "标记 1 名学生" in plan
    school.post(address, {"township": CIVIL_AFFAIRS}, plan)
    wait_for_worker(console)
    assert len(list_dropouts(console, TEACHER)) == 2


def test_one_pupil_is_typed_in_and_flagged(console: Console, app: Flask) -> None:
    school = browser_of(app, console, TEACHER)
    page = school.get("/desk/absences/pupil")
    typed: dict[str, str | list[str]] = {"name": LONG_NAME, "citizen_id": id_number_of(7), "reason": "R05"}
    refused = school.post("/desk/absences/pupil", typed, page)
    assert school.status == 422
    assert LONG_NAME in refused
    typed |= {"first_absent_on": "2026-02-24", "absent_days": "2", "contacted_on": "2026-03-02"}
    school.post("/desk/absences/pupil", typed, page)
    assert re.fullmatch(r"/desk/ledgers/[0-9a-f-]{36}/rows/2", school.path)
    typed["absent_days"] = "7"
    plan = school.post("/desk/absences/pupil", typed, page)
    assert "标记 1 名学生" in plan
    done = school.post(school.path, {"township": CIVIL_AFFAIRS}, plan)
    assert "正在逐名登记" in done or "已全部登记" in done
    wait_for_worker(console)
    (line,) = list_dropouts(console, TEACHER)
    assert [one.transition for one in steps_taken(console, line.row.item)] == ["contact_parents"]
