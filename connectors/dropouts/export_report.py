"""A regular report on dropouts as a workbook (ECMA-376): counts, and places for signatures; nobody's name."""

import io
from collections.abc import Sequence
from typing import Final

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from connectors.desk.ledger_workbook import get_cell, write_cell
from connectors.dropouts.report_counts import ReportCounts, SchoolCounts
from connectors.dropouts.reports import OwedReport
from schemas.dropouts.ledgers import LEDGER_NAMES, DropoutLedger
from schemas.workflows.load import load_workflows

HEADINGS: Final = (
    "学校名称",
    "本期新增",
    *(
        f"期末{LEDGER_NAMES[ledger].zh.removesuffix('台账')}"
        for ledger in (DropoutLedger.SUSPECTED, DropoutLedger.DROPPED_OUT)
    ),
    "期末复学巩固",
    "本期销号",
)
_BOLD: Final = Font(bold=True)
_FIRST_WIDTH: Final = 40


def export_report(unit: str, owed: OwedReport, counts: ReportCounts) -> bytes:
    """Return the workbook of a report."""
    book = Workbook()
    sheet = book.active
    if not isinstance(sheet, Worksheet):
        raise TypeError("a new workbook has a sheet")
    sheet.title = "报告"
    period = f"{owed.period.first_on.isoformat()} 至 {owed.period.last_on.isoformat()}"
    of_schools: list[list[str | int]] = [[name, *_numbers(one)] for name, one in counts.schools.items()]
    of_groups: list[list[str | int]] = [[_GROUPS[group.value], count] for group, count in counts.groups.items()]
    rows: list[Sequence[str | int]] = [
        [f"控辍保学{owed.duty.name_zh}"],
        [f"填报单位：{unit}　　统计期间：{period}"],
        HEADINGS,
        *of_schools,
        ["合计", *_numbers(counts.total)],
        [],
        ["原因大类（期末疑似辍学和辍学）", "人数"],
        *of_groups,
        [],
        ["填报单位(盖章)：", "负责人：", "填表人：", "填报日期："],
    ]
    for number, row in enumerate(rows, 1):
        for at, value in enumerate(row, 1):
            write_cell(get_cell(sheet, number, at), value)
    for number in (1, 3):
        for at in range(1, len(HEADINGS) + 1):
            get_cell(sheet, number, at).font = _BOLD
    sheet.column_dimensions["A"].width = _FIRST_WIDTH
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _numbers(counts: SchoolCounts) -> list[int]:
    return [counts.flagged, *(counts.standing[ledger] for ledger in DropoutLedger), counts.closed]


_GROUPS: Final = {reason.code: reason.zh for reason in load_workflows()["W1"].reasons}
