"""Regular reports: each pupil is counted once, where it stood when the period ended; no name is in them."""

import io
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from connectors.console.account import Account
from connectors.console.context import Console
from connectors.console.roles import Role
from connectors.dropouts.dropout_lines import list_dropouts, steps_taken
from connectors.dropouts.export_ledger import COLUMNS, HEADER_ROW, export_ledger
from connectors.dropouts.export_report import export_report
from connectors.dropouts.flag_worker import work_on_flags
from connectors.dropouts.plan_flags import keep_flags
from connectors.dropouts.reports import count_report, list_owed, note_sent
from connectors.items.actions import take_step
from schemas.dropouts.ledgers import DropoutLedger
from schemas.dropouts.reasons import ReasonGroup
from schemas.dropouts.reporting_duties import Level
from tests.item_offices import ItemRelay, later
from tests.unit.connectors.dropouts.absences import (
    CIVIL_AFFAIRS,
    LONG_NAME,
    SCHOOL,
    add_officer,
    add_teacher,
    checked,
    number_of,
    row_of,
)

CHILDREN = 5


@pytest.fixture
def owner(console: Console) -> Account:
    """The county's case owner, with five pupils flagged on 5 March 2026."""
    add_teacher(console)
    rows = [row_of(pupil) for pupil in range(1, CHILDREN)]
    rows.append(row_of(CHILDREN, 备注="=1+1", 家访记录编号=None, 监护人姓名="@买买提"))
    keep_flags(console, checked(console, rows), CIVIL_AFFAIRS, SCHOOL)
    work_on_flags(console)
    return add_officer(console, "case.owner", Role.CASE_OWNER)


def test_the_school_reports_by_the_month_and_the_county_by_the_quarter(console: Console, owner: Account) -> None:
    teacher = Account("li.na", "李娜", frozenset({Role.SCHOOL_USER}), SCHOOL)
    before, now = list_owed(console, teacher)
    assert before.duty.level is Level.SCHOOL
    assert (before.period.last_on.isoformat(), before.is_overdue, now.is_overdue) == ("2026-02-28", True, False)
    assert list_owed(console, owner)[1].duty.level is Level.COUNTY
    note_sent(console, teacher, before, "KC-2026-02")
    sent, _ = list_owed(console, teacher)
    assert sent.sent is not None
    assert (sent.sent.reference, sent.is_overdue) == ("KC-2026-02", False)
    assert list_owed(console, owner)[0].sent is None


def test_pupils_are_counted_where_they_stood_when_the_period_ended(
    console: Console, relay: ItemRelay, owner: Account
) -> None:
    first, second, *_ = [line for line in list_dropouts(console, owner) if line.row.state_id == "reported"]
    for line in (first, second):
        take_step(console, owner, line.row.item, "acknowledge")
    take_step(console, owner, first.row.item, "persuade")
    take_step(console, owner, second.row.item, "find_elsewhere", reason="left_country", proof="CJ-1")
    teacher = Account("li.na", "李娜", frozenset({Role.SCHOOL_USER}), SCHOOL)
    _, march = list_owed(console, teacher)
    expected = {DropoutLedger.SUSPECTED: 3, DropoutLedger.DROPPED_OUT: 1}
    counts = count_report(console, teacher, march.period).total
    assert (counts.flagged, dict(counts.standing), counts.closed) == (CHILDREN, expected, 1)

    later(relay, timedelta(days=40))
    take_step(console, owner, first.row.item, "find_elsewhere", reason="left_country", proof="CJ-2")
    same = count_report(console, teacher, march.period).total
    assert (same.flagged, dict(same.standing), same.closed) == (CHILDREN, expected, 1)
    _, april = list_owed(console, teacher)
    after = count_report(console, teacher, april.period).total
    assert (after.flagged, dict(after.standing), after.closed) == (0, {DropoutLedger.SUSPECTED: 3}, 1)
    groups = count_report(console, owner, april.period).groups
    assert sum(groups.values()) == 3
    assert groups.keys() == set(ReasonGroup)


def test_a_report_holds_no_name_number_or_exact_reason(console: Console, owner: Account) -> None:
    _, quarter = list_owed(console, owner)
    workbook = export_report("童安县教育局", quarter, count_report(console, owner, quarter.period))
    texts = {str(cell.value) for row in load_workbook(io.BytesIO(workbook)).active.iter_rows() for cell in row}
    assert {SCHOOL, "合计", "家庭或监护方面"} <= texts
    assert not any(LONG_NAME in text or number_of(1) in text or "R0" in text for text in texts)


def test_the_ledger_is_written_in_the_offices_form_without_formulas(console: Console, owner: Account) -> None:
    lines = sorted(list_dropouts(console, owner), key=lambda line: line.entry.citizen_id)
    rows = [(line, steps_taken(console, line.row.item)) for line in lines]
    book = load_workbook(io.BytesIO(export_ledger("疑似辍学台账", "童安县教育局", console.connector.today(), rows)))
    sheet = book.active
    assert tuple(cell.value for cell in sheet[HEADER_ROW]) == COLUMNS
    first = dict(zip(COLUMNS, (cell.value for cell in sheet[HEADER_ROW + 1]), strict=True))
    assert first["身份证件号"] == number_of(1)
    assert (first["学生姓名"], first["状态"], first["原因"]) == (LONG_NAME, "疑似辍学", "R02 外出务工")
    assert (first["首次缺勤日期"], first["书面报告教育局日期"]) == ("2026-02-10", "2026-03-05")
    assert first["佐证材料"] == "JF-2026-001、BG-2026-001"
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    guardian = sheet.cell(HEADER_ROW + CHILDREN, COLUMNS.index("监护人姓名") + 1)
    assert guardian.value == "@买买提" or guardian.value is None
