"""Requests for correction: due on the tenth working day, answered once with a reason, sealed where they rest."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.console.actions import Action
from connectors.console.record import list_record
from connectors.console.roles import Role
from connectors.desk.correction_expiry import destroy_due_corrections
from connectors.desk.correction_rules import (
    CorrectionError,
    CorrectionFault,
    CorrectionOutcome,
    CorrectionSource,
    Said,
    due_on,
)
from connectors.desk.corrections import (
    CorrectionDecidedError,
    CorrectionUnknownError,
    count_waiting_corrections,
    decide_correction,
    get_correction,
    list_corrections,
    record_correction,
)
from connectors.state.database import reading
from schemas.working_days import working_calendar
from tests.unit.connectors.web.office_desk import OfficeDesk, open_desk

TODAY = date(2026, 3, 5)
CANARY = "欧阳金丝雀"
SAID = Said(
    CorrectionSource.GUARDIAN, f"{CANARY}之母", CANARY, "残疾等级", "应为二级，附评定表", TODAY, "A202603050001"
)
FORM = {
    "source": "guardian",
    "applicant": f"{CANARY}之母",
    "child_name": CANARY,
    "about": "残疾等级",
    "stated": "应为二级",
    "received_on": "2026-03-05",
}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[OfficeDesk]:
    opened = open_desk(tmp_path)
    yield opened
    opened.console.client.close()
    opened.connector.state.dispose()


@pytest.mark.parametrize(
    ("received_on", "due", "is_provisional"),
    [
        (date(2026, 3, 5), date(2026, 3, 19), False),
        (date(2026, 9, 25), date(2026, 10, 15), False),  # Mid-autumn, the National Day's week, two days made up
        (date(2031, 3, 5), date(2031, 3, 19), True),
    ],
)
def test_the_answer_is_due_on_the_tenth_working_day(received_on: date, due: date, *, is_provisional: bool) -> None:
    found = due_on(received_on, working_calendar())
    assert (found.on, found.provisional) == (due, is_provisional)


@given(received_on=st.dates(date(2025, 1, 1), date(2026, 12, 1)))
def test_ten_days_are_worked_from_the_day_after_to_the_due_day(received_on: date) -> None:
    calendar = working_calendar()
    due = due_on(received_on, calendar).on
    days = [received_on + timedelta(days=1 + day) for day in range((due - received_on).days)]
    assert sum(calendar.is_working_day(day) for day in days) == 10
    assert calendar.is_working_day(due)


def test_a_request_is_kept_answered_once_and_recorded(desk: OfficeDesk) -> None:
    id_ = record_correction(desk.console, "steward", SAID)
    kept = get_correction(desk.console, "steward", id_)
    assert (kept.said, kept.due_on, kept.decision) == (SAID, date(2026, 3, 19), None)
    assert count_waiting_corrections(desk.console, desk.account(Role.DATA_STEWARD)) == 1
    with pytest.raises(CorrectionError) as refused:
        decide_correction(desk.console, "head", id_, CorrectionOutcome.UPHELD, "  ")
    assert refused.value.code is CorrectionFault.REASON
    decide_correction(desk.console, "head", id_, CorrectionOutcome.CORRECTED, "已按评定表更正")
    with pytest.raises(CorrectionDecidedError):
        decide_correction(desk.console, "head", id_, CorrectionOutcome.UPHELD, "无误")
    (listed,) = list_corrections(desk.console, "steward", 10, 0)
    assert listed.decision is not None
    assert (listed.decision.outcome, listed.decision.reason, listed.decision.by) == (
        CorrectionOutcome.CORRECTED,
        "已按评定表更正",
        "head",
    )
    with reading(desk.connector.state) as connection:
        actions = [(line.account, line.action) for line in list_record(connection, id_)]
    assert actions == [
        ("head", Action.CORRECTION_DECIDED),
        ("steward", Action.CORRECTION_VIEWED),
        ("steward", Action.CORRECTION_RECORDED),
    ]
    with pytest.raises(CorrectionUnknownError):
        get_correction(desk.console, "steward", "0b7a6f1e-4a52-4a7c-9f4e-0f0f0f0f0f0f")


def test_it_is_overdue_after_its_due_day_until_it_is_answered(desk: OfficeDesk) -> None:
    id_ = record_correction(desk.console, "steward", SAID)
    kept = get_correction(desk.console, "steward", id_)
    assert not kept.is_overdue(date(2026, 3, 19))
    assert kept.is_overdue(date(2026, 3, 20))
    decide_correction(desk.console, "steward", id_, CorrectionOutcome.WITHDRAWN, "申请人撤回")
    assert not get_correction(desk.console, "steward", id_).is_overdue(date(2026, 3, 20))


def test_nothing_that_is_said_rests_in_clear_or_is_shown_by_accident(desk: OfficeDesk) -> None:
    id_ = record_correction(desk.console, "steward", SAID)
    decide_correction(desk.console, "steward", id_, CorrectionOutcome.CORRECTED, f"{CANARY}已更正")
    kept = get_correction(desk.console, "steward", id_)
    assert CANARY not in repr(kept)
    stored = b"".join(path.read_bytes() for path in desk.connector.folder.glob("connector.sqlite3*"))
    assert CANARY.encode() not in stored


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"source": "somebody"}, "source"),
        ({"applicant": " "}, "applicant"),
        ({"child_name": "名" * 101}, "child_name"),
        ({"about": ""}, "about"),
        ({"stated": "由" * 501}, "stated"),
        ({"receipt": "A" * 101}, "receipt"),
        ({"received_on": "2026-03-06"}, "received_on"),
        ({"received_on": "20260305"}, "received_on"),
        ({"received_on": "yesterday"}, "received_on"),
    ],
)
def test_a_request_that_says_too_little_or_too_much_is_shown_again(
    desk: OfficeDesk, changes: dict[str, str], field: str
) -> None:
    answer = desk.browser(Role.DATA_STEWARD).post("/desk/corrections/new", **{**FORM, **changes})
    assert answer.status_code == 422
    assert f'id="error-{field}"' in answer.text or f'href="#field-{field}"' in answer.text
    assert "残疾等级" in answer.text or field == "about"


def test_the_head_records_answers_and_prints_on_pages(desk: OfficeDesk) -> None:
    browser = desk.browser(Role.SHARING_OFFICE_HEAD)
    assert "还没有校核申请" in browser.client.get("/desk/corrections").text
    recorded = browser.post("/desk/corrections/new", **FORM)
    address = recorded.headers["Location"].partition("?")[0]
    assert "2026年3月19日" in browser.client.get(recorded.headers["Location"]).text
    assert "需要答复 1 项校核申请" in browser.client.get("/desk/").text
    desk.clock.now = datetime(2026, 3, 20, 1, tzinfo=UTC)
    browser = desk.browser(Role.SHARING_OFFICE_HEAD)
    assert "已超期" in browser.client.get("/desk/corrections").text
    assert browser.post(address, outcome="erased", reason="理由").status_code == 422
    assert browser.post(address, outcome="upheld", reason="").status_code == 422
    assert browser.post(address, outcome="upheld", reason="与评定表一致").status_code == 303
    assert browser.post(address, outcome="corrected", reason="再次").headers["Location"] == address
    form = browser.client.get(f"{address}/form").text
    for words in ("数据校核申请单", CANARY, "经核实无误", "与评定表一致", "第二十六条"):
        assert words in form
    assert re.search(r"再次", form) is None


def test_answered_requests_are_destroyed_when_they_were_kept_long_enough(desk: OfficeDesk) -> None:
    answered, waiting = (record_correction(desk.console, "officer", SAID) for _ in range(2))
    desk.clock.now += timedelta(days=9)
    decide_correction(desk.console, "officer", answered, CorrectionOutcome.CORRECTED, CANARY)
    desk.clock.now += timedelta(days=desk.connector.settings.correction_days)
    assert destroy_due_corrections(desk.connector) == 0
    desk.clock.now += timedelta(seconds=1)
    assert destroy_due_corrections(desk.connector) == 1
    assert get_correction(desk.console, "officer", waiting).decision is None
    with pytest.raises(CorrectionUnknownError):
        get_correction(desk.console, "officer", answered)
    with reading(desk.connector.state) as connection:
        (line,) = [one for one in list_record(connection) if one.action is Action.CORRECTION_DESTROYED]
    assert (line.account, line.subject, line.detail) == (None, answered, "due")
