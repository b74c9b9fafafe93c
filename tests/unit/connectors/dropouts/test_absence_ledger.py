"""An absence ledger is checked: each planted fault is told in its row, and the rest of the rows are free of faults."""

from datetime import date

import pytest

from connectors.console.context import Console
from connectors.desk.ledger_repairs import repair_row
from connectors.dropouts.absence_ledger import is_absence_ledger
from connectors.requester.ledger_roster import ledger_store_of
from connectors.sources.findings import FINDINGS
from connectors.state.ledger_rows import LedgerRowStore
from connectors.state.ledgers import KeptLedger
from tests.unit.connectors.dropouts.absences import (
    FIRST_ROW,
    HEADER,
    OTHER_SCHOOL,
    add_teacher,
    checked,
    number_of,
    row_of,
)


def codes_of(console: Console, kept: KeptLedger) -> dict[int, set[str]]:
    """Return the codes of what is wrong, by the number of the pupil."""
    rows = LedgerRowStore(ledger_store_of(console.connector), kept.id)
    return {number - FIRST_ROW + 1: {one.code for one in found} for number, found in rows.findings().items()}


def wrong_digit(pupil: int) -> str:
    number = number_of(pupil)
    return number[:-1] + ("0" if number[-1] != "0" else "1")


def test_seven_planted_faults_are_found_and_nothing_else(console: Console) -> None:
    add_teacher(console)
    faults: dict[int, tuple[dict[str, object], set[str]]] = {
        3: ({"身份证件号": wrong_digit(3)}, {"citizen_id.wrong_check_digit"}),
        9: ({"身份证件号": float(number_of(9)[:15] + "000")}, {"citizen_id.damaged_by_spreadsheet"}),
        15: ({"首次缺勤日期": "2026.9.9"}, {"absence.date_in_future"}),
        22: ({"连续缺勤天数(教学日)": 2}, {"absence.below_limit"}),
        31: ({"学生姓名": None}, {"record.required_empty"}),
        44: ({"原因": "不想上学了"}, {"absence.reason_unknown"}),
        58: ({"身份证件号": number_of(57)}, {"record.duplicate_id", "record.sex_differs_from_id"}),
    }
    rows = [row_of(pupil, **faults.get(pupil, ({}, set()))[0]) for pupil in range(1, 61)]
    kept = checked(console, rows)
    assert is_absence_ledger(kept)
    assert kept.rows == 60
    assert codes_of(console, kept) == {pupil: codes for pupil, (_, codes) in faults.items()}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"首次缺勤日期": None}, "absence.date_missing"),
        ({"首次缺勤日期": "2026年2月"}, "absence.date_without_day"),
        ({"首次缺勤日期": "上周"}, "date.not_a_date"),
        ({"首次缺勤日期": date(2026, 3, 3), "连续缺勤天数(教学日)": 4}, "absence.more_days_than_passed"),
        ({"连续缺勤天数(教学日)": None}, "absence.days_missing"),
        ({"连续缺勤天数(教学日)": "很久"}, "record.count_malformed"),
        ({"连续缺勤天数(教学日)": 0}, "absence.below_limit"),
        ({"原因": None}, "absence.reason_missing"),
        ({"家访/联系次数及最近日期": None}, "absence.not_contacted"),
        ({"家访/联系次数及最近日期": "电话联系1次"}, "absence.not_visited"),
        ({"家访/联系次数及最近日期": "家访1次，2026.9.1"}, "absence.contact_in_future"),
        ({"家访记录编号": "有照片"}, "absence.visit_without_reference"),
        ({"学校名称": OTHER_SCHOOL}, "absence.other_school"),
    ],
)
def test_what_keeps_a_pupil_from_being_flagged(console: Console, changes: dict[str, object], code: str) -> None:
    add_teacher(console)
    found = codes_of(console, checked(console, [row_of(1), row_of(2, **changes)]))
    assert 1 not in found
    assert code in found[2]
    assert FINDINGS[code].zh


def test_pupils_who_were_dealt_with_are_left_as_they_are(console: Console) -> None:
    add_teacher(console)
    done = {"状态": "已复学", "连续缺勤天数(教学日)": 1, "原因": None}
    assert codes_of(console, checked(console, [row_of(1, **done)])) == {}


def test_a_county_s_ledger_of_many_schools_is_no_school_s(console: Console) -> None:
    kept = checked(console, [row_of(1), row_of(2, 学校名称=OTHER_SCHOOL)], owner="case.owner")
    assert codes_of(console, kept) == {}


def test_a_row_is_put_right_in_place(console: Console) -> None:
    add_teacher(console)
    kept = checked(console, [row_of(1, 首次缺勤日期="2026.9.9")])
    at = HEADER.index("首次缺勤日期")
    assert [one.code for one in repair_row(console, "li.na", kept.id, FIRST_ROW, {at: "2026.10.9"})] == [
        "absence.date_in_future"
    ]
    assert repair_row(console, "li.na", kept.id, FIRST_ROW, {at: "2026.2.9"}) == ()
