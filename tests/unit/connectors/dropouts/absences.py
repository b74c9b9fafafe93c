"""Absence ledgers as schools write them, in the form of the dropout ledger, and the office that they belong to."""

import io
from collections.abc import Sequence
from typing import Final

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from connectors.console.account import Account
from connectors.console.account_book import AgencyAccounts
from connectors.console.context import Console
from connectors.console.roles import Role
from connectors.desk.ledger_upload import choose_columns, upload_ledger
from connectors.desk.ledger_worker import work_on
from connectors.requester.ledger_roster import ledger_store_of
from connectors.state.ledgers import KeptLedger
from schemas.check_digit import complete_citizen_id
from tests.accounts import add_settled_account
from tests.unit.connectors.desk.desk_pages import PASSWORD

BUREAU: Final = "education.990101"
CIVIL_AFFAIRS: Final = "civil_affairs.990101"
SCHOOL: Final = "童安县民族团结实验第一小学"
OTHER_SCHOOL: Final = "童安县第二中学"
LONG_NAME: Final = "阿卜杜热合曼·买买提"
HEADER: Final = (
    "序号", "学校名称", "学校标识码", "年级班级", "学生姓名", "性别", "出生年月", "身份证件类型", "身份证件号",
    "全国学籍号", "户籍所在乡镇村", "现居住地", "户籍类别", "是否住校", "特殊群体", "监护人姓名", "与学生关系",
    "联系电话", "首次缺勤日期", "连续缺勤天数(教学日)", "状态", "原因", "去向", "家访/联系次数及最近日期",
    "家访记录编号", "书面报告教育局日期", "书面报告编号", "备注",
)  # fmt: skip
FIRST_ROW: Final = 5
"""Number of the first row of data, below title, unit line and a header of two rows."""


def number_of(pupil: int, born: str = "20130507") -> str:
    """Return a valid number of a region that was never issued."""
    return complete_citizen_id(f"990101{born}{pupil:03d}")


def row_of(pupil: int, **changes: object) -> list[object]:
    """Return the row of the `pupil`-th pupil, with some cells changed by the name of their column."""
    cells: dict[str, object] = {
        "序号": pupil,
        "学校名称": SCHOOL,
        "学校标识码": "3199000001",
        "年级班级": "六年级2班",
        "学生姓名": LONG_NAME,
        "性别": "男" if pupil % 2 else "女",
        "出生年月": "2013.5.7",
        "身份证件类型": "居民身份证",
        "身份证件号": number_of(pupil),
        "户籍所在乡镇村": "白马乡三村",
        "现居住地": "990101",
        "监护人姓名": "买买提·吐尔逊",
        "联系电话": "13800000001",
        "首次缺勤日期": ("2026.2.9", "20260210", "2026年2月11日", "2026-02-12")[pupil % 4],
        "连续缺勤天数(教学日)": (8, "7天", 6, "5")[pupil % 4],
        "状态": "疑似辍学",
        "原因": ("R01 厌学", "R02", "因病", "R99")[pupil % 4],
        "家访/联系次数及最近日期": "电话联系2次、家访1次，2026.3.3",
        "家访记录编号": f"JF-2026-{pupil:03d}",
        "书面报告教育局日期": "2026.3.4",
        "书面报告编号": f"BG-2026-{pupil:03d}",
    }
    return [(cells | changes).get(name) for name in HEADER]


def workbook_of(rows: Sequence[Sequence[object]]) -> bytes:
    """Return a workbook with a merged title, a line of the unit, a header of two rows, the rows and signatures."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "台账"
    sheet.append(["疑似辍学及辍学学生台账"])
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(HEADER))
    sheet.append([f"填报单位：{SCHOOL}", *[None] * 20, "填报日期：2026年3月5日"])
    sheet.append(list(HEADER))
    sheet.append([])
    for column in range(1, len(HEADER) + 1):
        sheet.merge_cells(start_row=3, start_column=column, end_row=4, end_column=column)
    for row in rows:
        sheet.append(list(row))
    sheet.append(["校长：", None, "填表人：", None, "联系电话："])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def add_teacher(console: Console, id_: str = "li.na", school: str = SCHOOL) -> Account:
    """Add the account of somebody at a school."""
    return add_officer(console, id_, Role.SCHOOL_USER, school)


def add_officer(console: Console, id_: str, role: Role, school: str | None = None) -> Account:
    """Add somebody's account."""
    account = Account(id_, "李娜", frozenset({role}), school)
    add_settled_account(AgencyAccounts(console.connector), account, PASSWORD)
    return account


def checked(console: Console, rows: Sequence[Sequence[object]], owner: str = "li.na") -> KeptLedger:
    """Upload rows, take the guessed columns and those of the guardian, and let them be checked."""
    id_ = upload_ledger(console, owner, "缺勤台账.xlsx", workbook_of(rows))
    work_on(console.connector, id_)
    store = ledger_store_of(console.connector)
    kept = store.get(id_)
    guardians = {"guardian_name": HEADER.index("监护人姓名"), "guardian_phone": HEADER.index("联系电话")}
    choose_columns(console, id_, kept.data_set or "", {**kept.card.columns, **guardians})
    work_on(console.connector, id_)
    return store.get(id_)
