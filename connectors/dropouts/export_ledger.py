"""A ledger of dropouts as a workbook (ECMA-376) in the form that offices keep (疑似辍学及辍学学生台账)."""

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from connectors.desk.ledger_workbook import get_cell, write_cell
from connectors.dropouts.dropout_lines import DropoutLine, Taken
from connectors.dropouts.entry import AbsenceEntry
from schemas.codes import DROPOUT_STATUS
from schemas.dropouts.ledgers import status_of
from schemas.dropouts.reasons import DROPOUT_REASON
from schemas.workflows.load import load_workflows

COLUMNS: Final = (
    "序号", "学校名称", "学校标识码", "年级班级", "学生姓名", "性别", "出生年月", "身份证件类型", "身份证件号",
    "全国学籍号", "户籍所在乡镇村", "现居住地", "户籍类别", "是否住校", "特殊群体", "监护人姓名", "与学生关系",
    "联系电话", "首次缺勤日期", "连续缺勤天数(教学日)", "状态", "原因", "去向", "家访/联系次数及最近日期",
    "劝返责任人(校)", "劝返责任人(乡镇)", "劝返记录", "书面报告教育局日期", "转介单位", "转介回执编号", "安置方式",
    "复学日期", "巩固观察至", "销号日期", "佐证材料", "备注",
)  # fmt: skip
FOOTER: Final = ("填报单位(盖章)：", "校长：", "填表人：", "联系电话：", "填报日期：")
HEADER_ROW: Final = 3
_GENDERS: Final = {"male": "男", "female": "女"}
_BOLD: Final = Font(bold=True)
_WIDTH: Final = 14

Content = str | int | None


def export_ledger(title: str, unit: str, on: date, rows: Iterable[tuple[DropoutLine, Sequence[Taken]]]) -> bytes:
    """Return the workbook: title, unit and day, one header, the rows, and the places for signatures.

    Numbers of people are texts; no text counts as a formula. Exact reasons stand in it: it stays inside education.
    """
    book = Workbook()
    sheet = book.active
    if not isinstance(sheet, Worksheet):
        raise TypeError("a new workbook has a sheet")
    sheet.title = "台账"
    _write_row(sheet, 1, [title])
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(COLUMNS))
    get_cell(sheet, 1, 1).alignment = Alignment(horizontal="center")
    get_cell(sheet, 1, 1).font = _BOLD
    _write_row(sheet, 2, [f"填报单位：{unit}　　填报日期：{on.year}年{on.month}月{on.day}日"])
    _write_row(sheet, HEADER_ROW, COLUMNS)
    number = 0
    for number, (line, taken) in enumerate(rows, 1):
        _write_row(sheet, HEADER_ROW + number, _cells(number, line, taken))
    _write_row(sheet, HEADER_ROW + number + 2, FOOTER)
    for at in range(1, len(COLUMNS) + 1):
        get_cell(sheet, HEADER_ROW, at).font = _BOLD
        sheet.column_dimensions[get_column_letter(at)].width = _WIDTH
    sheet.freeze_panes = f"A{HEADER_ROW + 1}"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _write_row(sheet: Worksheet, row: int, cells: Sequence[Content]) -> None:
    for at, value in enumerate(cells, 1):
        if value is not None:
            write_cell(get_cell(sheet, row, at), value)


def _cells(number: int, line: DropoutLine, taken: Sequence[Taken]) -> list[Content]:
    filled: dict[str, Content] = {
        "序号": number,
        "学校名称": line.school,
        "学生姓名": line.name,
        "状态": DROPOUT_STATUS.words[status_of(line.row.state_id)].zh,
        "备注": line.row.number,
        **({} if line.entry is None else _of_entry(line.entry)),
        **_of_course(taken),
    }
    return [filled.get(column) for column in COLUMNS]


def _of_entry(entry: AbsenceEntry) -> Mapping[str, Content]:
    reason = entry.reason
    return {
        "学校标识码": entry.school_code,
        "年级班级": entry.grade_class,
        "性别": _GENDERS.get(entry.gender or ""),
        "出生年月": _day(entry.birth_on),
        "身份证件类型": None if entry.citizen_id is None else "居民身份证",
        "身份证件号": entry.citizen_id,
        "全国学籍号": entry.student_no,
        "户籍所在乡镇村": entry.hukou,
        "现居住地": entry.residence,
        "户籍类别": entry.hukou_kind,
        "是否住校": entry.boarding,
        "特殊群体": entry.special_group,
        "监护人姓名": entry.guardian_name,
        "与学生关系": entry.guardian_relation,
        "联系电话": entry.guardian_phone,
        "首次缺勤日期": _day(entry.first_absent_on),
        "连续缺勤天数(教学日)": entry.absent_days,
        "原因": None if reason is None else f"{reason.value} {DROPOUT_REASON.words[reason].zh}",
        "去向": entry.whereabouts,
        "家访/联系次数及最近日期": entry.contacts or _day(entry.last_contact_on),
    }


def _of_course(taken: Sequence[Taken]) -> Mapping[str, Content]:
    """Return what the steps of the item say; of a step that was taken several times, its last."""
    last = {one.transition: one for one in taken}
    persuaded = [one for one in taken if one.transition == "record_persuasion"]
    found: dict[str, Content] = {
        name: _day(last[transition].on)
        for name, transition in (
            ("书面报告教育局日期", "report"),
            ("复学日期", "return_to_school"),
            ("销号日期", "close"),
        )
        if transition in last
    }
    if persuaded:
        found["劝返记录"] = "；".join(f"{_day(one.on)} {one.proof or ''}".strip() for one in persuaded)
    if "refer" in last:
        found |= {"转介单位": "民政部门", "转介回执编号": last["refer"].proof}
    if "place" in last:
        reasons = {one.code: one.zh for one in load_workflows()["W1"].reasons}
        found["安置方式"] = reasons.get(last["place"].reason or "")
    proofs = [one.proof for one in taken if one.proof is not None]
    return found | ({"佐证材料": "、".join(proofs)} if proofs else {})


def _day(on: date | None) -> str | None:
    return None if on is None else on.isoformat()
