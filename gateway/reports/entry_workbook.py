"""Entries as a workbook (.xlsx): a line each, ready to print on A4 with a place for the seal."""

from collections.abc import Iterable
from datetime import datetime
from typing import BinaryIO, Final

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

from gateway.domain.budgets import LEGAL_ZONE
from gateway.log.logged_entry import LoggedEntry
from gateway.reports.entry_columns import COLUMNS, AgencyNames, cells, headings, neutralised

MAX_WORKBOOK_ENTRIES: Final = 1_000_000  # a sheet has 1,048,576 rows
_A4: Final = 9
_HEADING_ROW: Final = 4
_SHADE: Final = PatternFill("solid", fgColor="E9EEF2")


def write_workbook(
    sink: BinaryIO, entries: Iterable[LoggedEntry], names: AgencyNames, query: str, made_at: datetime
) -> None:
    """Write the workbook.

    Args:
        sink: where it is written.
        entries: in the order of the log.
        names: full names of agencies, by id.
        query: the filter that found the entries, as query parameters; empty for none.
        made_at: aware time.

    Raises:
        LeafError: an entry is none of an audit log.
    """
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("审计日志条目")
    sheet.freeze_panes = f"A{_HEADING_ROW + 1}"
    sheet.page_setup.paperSize = _A4
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = f"{_HEADING_ROW}:{_HEADING_ROW}"
    sheet.oddFooter.left.text = "（盖章处）"
    sheet.oddFooter.right.text = "第 &P 页，共 &N 页"
    for number, column in enumerate(COLUMNS, 1):
        sheet.column_dimensions[get_column_letter(number)].width = column.width
    sheet.append(["审计日志条目 / entries of the audit log"])
    sheet.append(["筛选条件 / filter", neutralised(query or "（无） / none")])
    sheet.append(["导出时间（北京） / exported (Beijing)", f"{made_at.astimezone(LEGAL_ZONE):%Y-%m-%d %H:%M:%S}"])
    sheet.append([_heading(WriteOnlyCell(sheet, value=text)) for text in headings()])
    for entry in entries:
        sheet.append(cells(entry, names))
    workbook.save(sink)


def _heading(cell: Cell) -> Cell:
    cell.font = Font(bold=True)
    cell.fill = _SHADE
    cell.alignment = Alignment(wrap_text=True, vertical="center")
    return cell
