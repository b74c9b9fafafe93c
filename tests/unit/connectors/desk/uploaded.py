"""Ledgers as offices write them, uploaded to the desk of civil affairs."""

import io
from collections.abc import Sequence
from typing import Final

from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from connectors.console.context import Console
from connectors.desk.ledger_upload import choose_columns, upload_ledger
from connectors.desk.ledger_worker import work_on
from connectors.requester.ledger_roster import ledger_store_of
from connectors.state.ledgers import KeptLedger
from schemas.check_digit import complete_citizen_id

OWNER: Final = "li.na"
HEADER: Final = ("序号", "儿童姓名", "性别", "出生日期", "公民身份号码", "户籍地代码", "儿童类别", "档案状态", "备注")
FIRST_ROW: Final = 4
"""Number of the first row of data, below the title and a header of two rows."""


def number_of(child: int, born: str = "20150507") -> str:
    """Return a valid number of a region that was never issued."""
    return complete_citizen_id(f"990101{born}{child:03d}")


def row_of(child: int, **changes: object) -> list[object]:
    """Return the row of the `child`-th child, with some cells changed by the name of their column."""
    sex = "男" if child % 2 else "女"
    cells = (child, "赵小树", sex, "2015.5.7", number_of(child), "990101", "事实无人抚养儿童", "在册", "")
    return list((dict(zip(HEADER, cells, strict=True)) | changes).values())


def workbook_of(rows: Sequence[Sequence[object]], header: Sequence[str] = HEADER) -> bytes:
    """Return a workbook with a merged title, a header of two rows, the rows and a line of signatures."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "花名册"
    sheet.append(["困境儿童信息台账"])
    sheet.merge_cells("A1:I1")
    sheet.append(list(header))
    sheet.append([])
    for column in "ABCDEFGHI":
        sheet.merge_cells(f"{column}2:{column}3")
    for row in rows:
        sheet.append(list(row))
    sheet.append(["填表人：", None, "复核人："])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def upload(console: Console, file: bytes, name: str = "台账.xlsx") -> KeptLedger:
    """Upload a file and let its header be found."""
    id_ = upload_ledger(console, OWNER, name, file)
    work_on(console.connector, id_)
    return ledger_store_of(console.connector).get(id_)


def checked(console: Console, rows: Sequence[Sequence[object]]) -> KeptLedger:
    """Upload rows, take the guessed columns, and let them be checked."""
    kept = upload(console, workbook_of(rows))
    choose_columns(console, kept.id, kept.data_set or "", kept.card.columns)
    work_on(console.connector, kept.id)
    return ledger_store_of(console.connector).get(kept.id)


def sheet_of(file: bytes) -> Worksheet:
    """Return the first sheet of a workbook, with its formulas."""
    sheet = load_workbook(io.BytesIO(file)).worksheets[0]
    assert isinstance(sheet, Worksheet)
    return sheet
