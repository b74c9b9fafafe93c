"""Results as a workbook: row number, outcome, the allowed answer columns, receipt number and expiry; nothing else."""

from collections.abc import Sequence
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from connectors.state.questions import RowResult
from schemas.attribute_catalogue import load_attributes

NOTICE = "比对结果仅供核查参考 / match result: for verification only"
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_WORDS = {True: "是", False: "否", None: ""}


def write_results(path: Path, attributes: Sequence[str], results: Sequence[RowResult]) -> None:
    """Write one row for each roster row, replacing the file at once."""
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("结果")
    sheet.append([NOTICE])
    headings = [
        "行号",
        "结果",
        *(load_attributes()[name].name_zh for name in attributes),
        "数据月份",
        "回执编号",
        "保存至",
    ]
    cells = [WriteOnlyCell(sheet, value=heading) for heading in headings]
    for cell in cells:
        cell.font = Font(bold=True)
    sheet.append(cells)
    for result in results:
        sheet.append([_cell(value) for value in _columns(attributes, result)])
    temporary = path.with_name(path.name + ".new")
    workbook.save(temporary)
    temporary.replace(path)


def _columns(attributes: Sequence[str], result: RowResult) -> list[bool | int | str | None]:
    outcome = result.refused or ("；".join(result.faults) or result.outcome)
    answers = [result.values.get(name) for name in attributes]
    return [result.row_number, outcome, *answers, result.as_of, result.receipt_number, result.expires_on]


def _cell(value: bool | int | str | None) -> int | str | None:  # noqa: FBT001 - a cell's value, not a switch
    """Write yes and no as words, and text so that no spreadsheet takes it for a formula."""
    if value is None or isinstance(value, bool):
        return _WORDS[value]
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return "'" + value
    return value
