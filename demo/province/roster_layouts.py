"""The forms of rosters: a plain list of names, and the ledger of suspected dropouts with its 36 columns."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from demo.province.date_forms import written_date
from demo.province.record import Cell, Record, text_of
from demo.province.regions import COUNTY_NAMES
from demo.province.workbook import Layout
from schemas.regions import county_of

DrawCells = Callable[[int, Record, date, random.Random], list[Cell]]


@dataclass(frozen=True, slots=True)
class RosterLayout:
    """A form for children of one county.

    Attributes:
        unit: who fills it in.
        draw_cells: takes the running number, the row of the agency's register, today and the random source.
    """

    title: str
    unit: str
    columns: tuple[str, ...]
    footer: str
    draw_cells: DrawCells

    def layout(self, today: date) -> Layout:
        """Return the form as filled in today."""
        unit_line = f"填报单位：{self.unit}　　填报日期：{today.year}年{today.month}月{today.day}日"
        return Layout(self.title, unit_line, (("", self.columns),), self.footer)

    def cells(self, number: int, record: Record, today: date, rng: random.Random) -> list[Cell]:
        """Return the row of one child."""
        return self.draw_cells(number, record, today, rng)


NAME_ROSTER_COLUMNS: Final = (
    "序号", "姓名", "性别", "出生日期", "公民身份号码", "户籍地", "现居住地",
    "监护人姓名", "监护人身份号码", "联系电话",
)  # fmt: skip

GUARDIAN_ROSTER_COLUMNS: Final = ("序号", "监护人姓名", "监护人公民身份号码", "地区代码")

DROPOUT_COLUMNS: Final = (
    "序号", "学校名称", "学校标识码", "年级班级", "学生姓名", "性别", "出生年月", "身份证件类型", "身份证件号",
    "全国学籍号", "户籍所在乡镇村", "现居住地", "户籍类别", "是否住校", "特殊群体", "监护人姓名", "与学生关系",
    "联系电话", "首次缺勤日期", "连续缺勤天数", "状态", "原因", "去向", "家访/联系次数及最近日期", "劝返责任人(校)",
    "劝返责任人(乡镇)", "劝返记录", "书面报告教育局日期", "转介单位", "转介回执编号", "安置方式", "复学日期",
    "巩固观察至", "销号日期", "佐证材料", "备注",
)  # fmt: skip

_ROSTER_FOOTER = "单位负责人：　　　　　　复核人：　　　　　　填表人："

_REASONS = (
    "R01 厌学",
    "R02 外出务工",
    "R03 家庭经济困难",
    "R04 家庭照料负担",
    "R10 随父母外出去向不明",
    "R12 监护缺失",
)
_ABSENT_DAYS = (5, 30)
_SCHOOL_DAYS_IN_WEEK = 5


def name_roster(title: str, place: str) -> RosterLayout:
    """Return a plain list of children on the register of civil affairs in `place`; regions are county codes."""
    return RosterLayout(title, f"{place}民政局", NAME_ROSTER_COLUMNS, _ROSTER_FOOTER, _name_cells)


def guardian_roster(title: str, place: str) -> RosterLayout:
    """Return a list of guardians whose children public security in `place` is concerned about."""
    return RosterLayout(title, f"{place}公安局", GUARDIAN_ROSTER_COLUMNS, _ROSTER_FOOTER, _guardian_cells)


def dropout_ledger(county: str) -> RosterLayout:
    """Return the ledger of suspected dropouts of the county's schools."""
    footer = "填报单位(盖章)：　　　　校长：　　　　填表人：　　　　联系电话：　　　　填报日期："
    name = COUNTY_NAMES[county]
    return RosterLayout("疑似辍学及辍学学生台账", f"{name}教育局", DROPOUT_COLUMNS, footer, _dropout_cells)


def _name_cells(number: int, record: Record, _today: date, _rng: random.Random) -> list[Cell]:
    fields = ("name", "sex", "birth_date", "citizen_id")
    regions = (county_of(text_of(record, field)) for field in ("hukou_region", "residence_region"))
    guardian = (record[field] for field in ("guardian_name", "guardian_id", "guardian_phone"))
    return [number, *(record[field] for field in fields), *regions, *guardian]


def _guardian_cells(number: int, record: Record, _today: date, _rng: random.Random) -> list[Cell]:
    return [number, record["guardian_name"], record["guardian_id"], county_of(text_of(record, "hukou_region"))]


def _dropout_cells(number: int, record: Record, today: date, rng: random.Random) -> list[Cell]:
    absent_days = rng.randint(*_ABSENT_DAYS)
    absent_since = today - timedelta(days=absent_days * 7 // _SCHOOL_DAYS_IN_WEEK)
    birth_on = date.fromisoformat(text_of(record, "birth_date"))
    is_local = record["hukou_region"] == record["school_region"]
    filled: dict[str, Cell] = {
        "序号": number,
        "学校名称": record["school_name"],
        "学校标识码": record["school_code"],
        "年级班级": f"{record['grade']}{rng.randint(1, 6)}班",
        "学生姓名": record["name"],
        "性别": "男" if record["sex"] == "1" else "女",
        "出生年月": written_date(birth_on, rng),
        "身份证件类型": "居民身份证",
        "身份证件号": record["citizen_id"],
        "全国学籍号": record["student_no"],
        "户籍所在乡镇村": record["hukou_region"],
        "现居住地": record["school_region"],
        "户籍类别": "本县" if is_local else "外县",
        "是否住校": rng.choice(("是", "否")),
        "特殊群体": "无" if record["left_behind"] == "0" else "留守",
        "监护人姓名": record["guardian_name"],
        "与学生关系": None if record["guardian_name"] is None else "母亲",
        "联系电话": record["guardian_phone"],
        "首次缺勤日期": written_date(absent_since, rng),
        "连续缺勤天数": absent_days,
        "状态": "疑似辍学",
        "原因": rng.choice(_REASONS),
        "家访/联系次数及最近日期": f"{rng.randint(1, 4)}次、{written_date(today - timedelta(days=2), rng)}",
        "书面报告教育局日期": written_date(today - timedelta(days=1), rng),
    }
    return [filled.get(column) for column in DROPOUT_COLUMNS]
