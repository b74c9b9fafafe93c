"""A central school's absence ledger with seven faults planted in it, and the originals that say what is right."""

import heapq
import random
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from demo.province.csv_file import CsvWriter
from demo.province.date_forms import written_date
from demo.province.people import Child
from demo.province.record import Cell, Record, text_of
from demo.province.regions import COUNTY_NAMES
from demo.province.rosters import ASKING_COUNTY
from demo.province.workbook import Layout, LedgerWriter
from schemas.citizen_id import parse_citizen_id
from schemas.citizen_id_faults import CitizenIdError
from schemas.codes import Sex

SCHOOL: Final = f"{COUNTY_NAMES[ASKING_COUNTY]}中心学校"
PATH: Final = "education/缺勤台账_中心学校.xlsx"
ORIGINALS_PATH: Final = "education/缺勤台账_原始材料.csv"
PUPILS: Final = 60

COLUMNS: Final = (
    "序号", "学校名称", "年级班级", "学生姓名", "性别", "出生年月", "身份证件类型", "身份证件号", "全国学籍号",
    "户籍所在乡镇村", "现居住地", "监护人姓名", "联系电话", "首次缺勤日期", "连续缺勤天数(教学日)", "状态", "原因",
    "去向", "家访/联系次数及最近日期", "家访记录编号", "书面报告教育局日期", "书面报告编号", "备注",
)  # fmt: skip
_FOOTER: Final = "填报单位(盖章)：　　　　校长：　　　　填表人：　　　　联系电话：　　　　填报日期："
_REASONS: Final = ("R01 厌学", "R02", "R10 随父母外出去向不明", "R12 监护缺失")
_ABSENT_SINCE_DAYS: Final = (12, 20)
_ABSENT_SCHOOL_DAYS: Final = 8
_ID_LENGTH: Final = 18
_SEXES: Final[Mapping[Cell, Sex]] = {"1": Sex.MALE, "2": Sex.FEMALE}

Fault = tuple[str, Callable[[Mapping[str, Cell], date], Cell]]


def _wrong_check_digit(cells: Mapping[str, Cell], _: date) -> Cell:
    number = str(cells["身份证件号"])
    return number[:-1] + ("0" if number[-1] != "0" else "1")


def _last_digits_lost(cells: Mapping[str, Cell], _: date) -> Cell:
    """What a spreadsheet makes of a number of 18 digits."""
    return int(str(cells["身份证件号"])[:15] + "000")


def _in_future(_: Mapping[str, Cell], today: date) -> Cell:
    return (today + timedelta(days=9)).isoformat()


FAULTS: Final[tuple[Fault, ...]] = (
    ("身份证件号", _wrong_check_digit),
    ("身份证件号", _last_digits_lost),
    ("首次缺勤日期", _in_future),
    ("连续缺勤天数(教学日)", lambda _cells, _today: 2),
    ("学生姓名", lambda _cells, _today: None),
    ("原因", lambda _cells, _today: "不想上学了"),
    ("家访/联系次数及最近日期", lambda _cells, today: f"家访1次，{(today + timedelta(days=9)).isoformat()}"),
)
"""By column: what stands there instead of what is right. They are spread evenly over the rows."""


class AbsenceDraw:
    """Draws the pupils of one ledger, independently of all other draws of the province."""

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(f"{seed}/absences")  # noqa: S311 - the same seed must give the same ledger
        self._drawn: list[tuple[float, int, Record]] = []

    def offer(self, child: Child, record: Record | None, today: date) -> None:
        """Let the ledger draw `child` by what education holds of it, if nothing is wrong in that."""
        if record is None or not _fits(record, today):
            return
        drawn = (self._rng.random(), child.number, record)
        if len(self._drawn) < PUPILS:
            heapq.heappush(self._drawn, drawn)
        else:
            heapq.heappushpop(self._drawn, drawn)

    def write(self, folder: Path, today: date) -> int:
        """Write the ledger and its originals below the province's folder; return how many pupils it has."""
        unit = f"填报单位：{SCHOOL}　　填报日期：{today.year}年{today.month}月{today.day}日"
        ledger = LedgerWriter(folder / PATH, Layout("疑似辍学及辍学学生台账", unit, (("", COLUMNS),), _FOOTER))
        originals = CsvWriter(folder / ORIGINALS_PATH, ("行", "列", "正确内容"))
        pupils = [record for _, _, record in sorted(self._drawn, key=lambda drawn: drawn[1])]
        faults = _places(len(pupils))
        for number, record in enumerate(pupils, start=1):
            cells = _cells(number, record, today, self._rng)
            column, wrong = faults.get(number, ("", None))
            planted = cells if wrong is None else {**cells, column: wrong(cells, today)}
            row = ledger.append([planted.get(name) for name in COLUMNS])
            if wrong is not None:
                originals.append((row, column, cells[column]))
        ledger.close()
        originals.close()
        return len(pupils)


def _places(pupils: int) -> dict[int, Fault]:
    return {max(1, place * pupils // (len(FAULTS) + 1)): fault for place, fault in enumerate(FAULTS, start=1)}


def _fits(record: Record, today: date) -> bool:
    """Return whether it is a pupil of the county in compulsory school whose number, birth date and sex agree."""
    is_pupil = record["school_region"] == ASKING_COUNTY and record["stage"] in {"小学", "初中"}
    if not is_pupil or record["status"] != "在读" or not isinstance(record["citizen_id"], str):
        return False
    try:
        number = parse_citizen_id(record["citizen_id"], allow_test_regions=True, today=today)
    except CitizenIdError:
        return False
    birth_on, sex = date.fromisoformat(text_of(record, "birth_date")), _SEXES[record["sex"]]
    return len(record["citizen_id"]) == _ID_LENGTH and (number.birth_on, number.sex) == (birth_on, sex)


def _cells(number: int, record: Record, today: date, rng: random.Random) -> dict[str, Cell]:
    absent_since = today - timedelta(days=rng.randint(*_ABSENT_SINCE_DAYS))
    return {
        "序号": number,
        "学校名称": SCHOOL,
        "年级班级": f"{record['grade']}{rng.randint(1, 4)}班",
        "学生姓名": record["name"],
        "性别": "男" if record["sex"] == "1" else "女",
        "出生年月": written_date(date.fromisoformat(text_of(record, "birth_date")), rng),
        "身份证件类型": "居民身份证",
        "身份证件号": record["citizen_id"],
        "全国学籍号": record["student_no"],
        "户籍所在乡镇村": record["hukou_region"],
        "现居住地": record["school_region"],
        "监护人姓名": record["guardian_name"],
        "联系电话": record["guardian_phone"],
        "首次缺勤日期": written_date(absent_since, rng),
        "连续缺勤天数(教学日)": _ABSENT_SCHOOL_DAYS,
        "状态": "疑似辍学",
        "原因": rng.choice(_REASONS),
        "家访/联系次数及最近日期": f"电话联系2次、家访1次，{written_date(today - timedelta(days=2), rng)}",
        "家访记录编号": f"JF-{today.year}-{number:03d}",
        "书面报告教育局日期": written_date(today - timedelta(days=1), rng),
        "书面报告编号": f"BG-{today.year}-{number:03d}",
    }
