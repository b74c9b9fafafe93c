"""Writes ledgers the way offices do, with synthetic numbers of the never-issued region 99."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from schemas.check_digit import complete_citizen_id

TODAY = date(2026, 3, 20)

CHILD_COLUMNS = (("儿童姓名",), ("性别",), ("出生日期",), ("公民身份号码", "身份证号"), ("父亲/姓名",))


def citizen_id(serial: int, born: str = "20150305", region: str = "990001") -> str:
    """Return a valid number."""
    return complete_citizen_id(f"{region}{born}{serial:03d}")


def ledger_rows(children: int) -> list[list[object]]:
    """Return data rows: number, name, sex, birth date, ID, father's name, father's phone."""
    return [
        [n, f"测试{n}", "女", "2015.3.5", citizen_id(n * 2), f"父亲{n}", f"1380000{n:04d}"]
        for n in range(1, children + 1)
    ]


def write_office_ledger(path: Path, rows: Sequence[Sequence[object]]) -> None:
    """Write title, unit line, a header of two rows with merged cells, the rows, a sum and signatures."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "花名册"
    sheet.append(["农村留守儿童和困境儿童信息花名册"])
    sheet.append(["填报单位：测试县民政局", None, None, None, "填报日期：2026年3月5日"])
    sheet.append(["序号", "儿童姓名", "性别", "出生日期", "公民身份号码\n（文本）", "父亲", None])
    sheet.append([None, None, None, None, None, "姓名", "联系电话"])
    for merged in ("A1:G1", "A2:D2", "E2:G2", "F3:G3", "A3:A4", "B3:B4", "C3:C4", "D3:D4", "E3:E4"):
        sheet.merge_cells(merged)
    for row in rows:
        sheet.append(list(row))
    sheet.append([])
    sheet.append(["合计", None, None, None, len(rows)])
    sheet.append(["单位负责人：", None, "复核人：", None, "填表人："])
    hidden = book.create_sheet("字典")
    hidden.sheet_state = "hidden"
    hidden.append(["儿童姓名", "性别", "出生日期", "公民身份号码"])
    book.save(path)


def write_sheet(path: Path, rows: Sequence[Sequence[object]], title: str = "Sheet") -> None:
    """Write one plain sheet."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    book.save(path)
