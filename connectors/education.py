"""Education: the student register, the dropout ledger, and what may be derived from the register."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from connectors.data_sets import DataSet, Derivation, Field, Record
from schemas.code_table import CodeTable, CodeWords
from schemas.codes import DROPOUT_STATUS, STAGE, STUDENT_STATUS, Stage, StudentStatus
from schemas.dates import LedgerDate
from schemas.dropouts.reasons import DROPOUT_REASON
from schemas.rule_packs.left_behind import ParentsAway, load_left_behind

AGENCY_TYPE: Final = "education"
NAME_ZH: Final = "教育"
NAME_EN: Final = "Education"


class LeftBehind(StrEnum):
    """Left behind as the student register defines it: parents away for work for more than three months."""

    NONE = "none"
    SINGLE = "single"
    DOUBLE = "double"


LEFT_BEHIND: Final = CodeTable(
    {
        LeftBehind.NONE: CodeWords("非留守儿童", "Not left behind", ("0", "否", "无", "非留守")),
        LeftBehind.SINGLE: CodeWords("单亲留守儿童", "One parent away", ("1", "单亲留守", "单")),
        LeftBehind.DOUBLE: CodeWords("双亲留守儿童", "Both parents away", ("2", "双亲留守", "双")),
    }
)

_NAME = Field("name", "学生姓名", "person_name", required=True, part="name", aliases_zh=("姓名",))
_SEX = Field("sex", "性别", "sex", part="sex")
_BIRTH_DATE = Field("birth_date", "出生日期", "date", part="birth_on", aliases_zh=("出生年月", "出生年月日"))
_CITIZEN_ID = Field(
    "citizen_id",
    "身份证件号",
    "citizen_id",
    part="citizen_id",
    aliases_zh=("身份证号", "身份证号码", "公民身份号码", "证件号码"),
)
_STUDENT_NO = Field("student_no", "全国学籍号", "student_no", part="citizen_id", aliases_zh=("学籍号",))
_HUKOU_REGION = Field("hukou_region", "户口所在地代码", "region", part="region", aliases_zh=("户籍行政区划代码",))
_SCHOOL_NAME = Field("school_name", "学校名称", "text", aliases_zh=("学校",))
_GUARDIAN_NAME = Field("guardian_name", "监护人姓名", "person_name", part="guardian_name")
_GUARDIAN_ID = Field("guardian_id", "监护人身份证件号", "citizen_id", part="guardian_id")
_GUARDIAN_PHONE = Field("guardian_phone", "联系电话", "phone", part="guardian_phone")

STUDENT_REGISTER: Final = DataSet(
    name="student_register",
    name_zh="中小学生学籍",
    name_en="Student register",
    fields=(
        _STUDENT_NO,
        _NAME,
        _SEX,
        _BIRTH_DATE,
        _CITIZEN_ID,
        _HUKOU_REGION,
        # Where a child goes to school it also lives, as a rule.
        Field("school_region", "学校所在地代码", "region", part="region", aliases_zh=("学校行政区划代码",)),
        Field("school_code", "学校标识码", "text"),
        _SCHOOL_NAME,
        Field("grade", "年级", "text", aliases_zh=("年级班级",)),
        Field("stage", "学段", "code", codes=STAGE),
        Field("status", "学籍状态", "code", required=True, codes=STUDENT_STATUS, aliases_zh=("状态",)),
        Field("left_behind", "是否留守儿童", "code", codes=LEFT_BEHIND),
        _GUARDIAN_NAME,
        _GUARDIAN_ID,
        _GUARDIAN_PHONE,
        Field("confirmed_on", "最近确认日期", "date", aliases_zh=("确认日期", "注册日期")),
    ),
)

DROPOUT_LEDGER: Final = DataSet(
    name="dropout_ledger",
    name_zh="疑似辍学及辍学学生台账",
    name_en="Ledger of suspected and actual dropouts",
    fields=(
        _SCHOOL_NAME,
        Field("school_code", "学校标识码", "text"),
        Field("grade_class", "年级班级", "text", aliases_zh=("年级", "班级")),
        _NAME,
        _SEX,
        _BIRTH_DATE,
        _CITIZEN_ID,
        _STUDENT_NO,
        # Schools write addresses here, or the codes of the regions.
        Field("hukou_region", "户籍所在乡镇村", "place", part="region", aliases_zh=_HUKOU_REGION.aliases_zh),
        Field("residence_region", "现居住地", "place", part="region", aliases_zh=("现居住地代码", "家庭住址")),
        _GUARDIAN_NAME,
        _GUARDIAN_ID,
        _GUARDIAN_PHONE,
        Field("hukou_kind", "户籍类别", "text"),
        Field("boarding", "是否住校", "text", aliases_zh=("住校",)),
        Field("special_group", "特殊群体", "text"),
        Field("guardian_relation", "与学生关系", "text"),
        Field("first_absent_on", "首次缺勤日期", "date", aliases_zh=("缺勤起始日期", "开始缺勤日期")),
        Field("absent_days", "连续缺勤天数", "count", aliases_zh=("连续缺勤教学日", "缺勤天数")),
        Field("status", "状态", "code", codes=DROPOUT_STATUS),
        Field("reason", "原因", "code", codes=DROPOUT_REASON, aliases_zh=("辍学原因", "缺勤原因", "原因代码")),
        Field("whereabouts", "去向", "text"),
        Field("contacts", "家访/联系次数及最近日期", "text", aliases_zh=("联系及家访情况",)),
        Field("contacted_on", "联系家长日期", "date", aliases_zh=("最近联系日期",)),
        Field("visited_on", "家访日期", "date", aliases_zh=("入户家访日期",)),
        Field("visit_proof", "家访记录编号", "text", aliases_zh=("佐证材料",)),
        Field("reported_on", "书面报告教育局日期", "date", aliases_zh=("书面报告日期",)),
        Field("report_proof", "书面报告编号", "text", aliases_zh=("书面报告文号",)),
        Field("remark", "备注", "text"),
    ),
)

DATA_SETS: Final = (STUDENT_REGISTER, DROPOUT_LEDGER)
INDEX_DATA_SET: Final = STUDENT_REGISTER

# The first that fits counts: "高中一年级" must not be read as the first year of primary school.
_GRADES: Final = (
    (re.compile(r"中职|职高|职业|中专|技校"), Stage.VOCATIONAL),
    (re.compile(r"高中|高[一二三123]|(十|十一|十二|1[0-2])年级"), Stage.SENIOR),
    (re.compile(r"初中|初[一二三四1-4]|[七八九7-9]年级"), Stage.JUNIOR),
    (re.compile(r"小学|[一二三四五六1-6]年级"), Stage.PRIMARY),
    (re.compile(r"幼儿园|学前|[托小中大]班"), Stage.PRE),
)

_NUMERALS: Final = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")
_YEAR_IN_GRADE: Final = re.compile(
    r"(十一|十二|[一二三四五六七八九十]|1[0-2]|[1-9])年级|(?:[初高]中?|职高|中职)([一二三四1-4])(?:年级)?"
)
_FIRST_MONTH: Final = 9
_YEARS_OF_JUNIOR: Final = 3
_UPPER: Final = frozenset({Stage.SENIOR, Stage.VOCATIONAL})
_LAST_GRADES: Final[Mapping[Stage, int]] = MappingProxyType(
    {Stage.PRIMARY: 6, Stage.JUNIOR: 9, Stage.SENIOR: 3, Stage.VOCATIONAL: 3}
)
"""The last grade of a stage, counted from the first of primary school, or from the first year of an upper stage."""


def stage_of_grade(grade: str) -> Stage | None:
    """Return the stage that the name of a grade tells, or None.

    Grade six counts as primary school; where junior middle school begins with it, the stage has a column of
    its own.
    """
    text = "".join(unicodedata.normalize("NFKC", grade).split())
    return next((stage for pattern, stage in _GRADES if pattern.search(text)), None)


def _is_enrolled(record: Record, _: date) -> bool | None:
    """Return whether the child has a place at a school.

    A child on leave (休学) keeps its place and its number in the register, so it is enrolled: the opposite answer
    would start a dropout case against a child who is ill.
    """
    status = record.values.get("status")
    return None if status is None else status in {StudentStatus.ENROLLED, StudentStatus.SUSPENDED}


def _stage(record: Record, today: date) -> Stage | None:
    enrolled = _is_enrolled(record, today)
    if not enrolled:
        return None if enrolled is None else Stage.NONE
    stage, grade = record.values.get("stage"), record.values.get("grade")
    if isinstance(stage, Stage):
        # Enrolled and at no stage: the row contradicts itself.
        return None if stage is Stage.NONE else stage
    return stage_of_grade(grade) if isinstance(grade, str) else None


def _expected_end(record: Record, today: date) -> date | None:
    """Return the last day of the stage that the child is at, where the name of its grade tells the year in it.

    A grade is left on 31 August; grades of primary and junior school are counted through, those of the others by stage.
    """
    grade, stage = record.values.get("grade"), _stage(record, today)
    if not isinstance(grade, str) or stage is None or stage not in _LAST_GRADES:
        return None
    year = _year_of(grade, stage)
    if year is None:
        return None
    school_year_ends = today.year + (today.month >= _FIRST_MONTH)
    return date(school_year_ends + _LAST_GRADES[stage] - year, 8, 31)


def _year_of(grade: str, stage: Stage) -> int | None:
    """Return which grade it is, from the first of primary school on, or from the first year of an upper stage."""
    found = _YEAR_IN_GRADE.search("".join(unicodedata.normalize("NFKC", grade).split()))
    if found is None:
        return None
    written = next(text for text in found.groups() if text is not None)
    year = int(written) if written.isascii() else _NUMERALS.index(written) + 1
    before = _LAST_GRADES[Stage.PRIMARY] if stage is Stage.JUNIOR else _LAST_GRADES[Stage.JUNIOR]
    if stage in _UPPER:
        year = year - before if year > before else year
    elif stage is Stage.JUNIOR and year <= _YEARS_OF_JUNIOR:
        year += before
    return year if 1 <= year <= _LAST_GRADES[stage] else None


def _last_confirmed(record: Record, _: date) -> date | None:
    confirmed = record.values.get("confirmed_on")
    return confirmed.on if isinstance(confirmed, LedgerDate) else None


def _is_left_behind(record: Record, today: date) -> bool | None:
    """Return whether the child counts as left behind by education's definition, for the child's region and day."""
    written, stage = record.values.get("left_behind"), _stage(record, today)
    rules = load_left_behind().in_force(record.county, today)
    if not isinstance(written, LeftBehind) or stage is None or rules is None:
        return None
    away = frozenset({LeftBehind.DOUBLE})
    if rules.education.parents_away is ParentsAway.EITHER:
        away |= {LeftBehind.SINGLE}
    return written in away and stage in rules.education.stages


DERIVATIONS: Final[Mapping[str, Derivation]] = MappingProxyType(
    {
        derivation.attribute: derivation
        for derivation in (
            Derivation("enrolled", STUDENT_REGISTER.name, ("status",), _is_enrolled),
            # The register holds full-time schooling alone: evening and part-time classes have no student number in it.
            Derivation("full_time_enrolled", STUDENT_REGISTER.name, ("status",), _is_enrolled),
            Derivation("expected_end", STUDENT_REGISTER.name, ("status", "stage", "grade"), _expected_end),
            Derivation("stage", STUDENT_REGISTER.name, ("status", "stage", "grade"), _stage),
            Derivation(
                "on_left_behind_list",
                STUDENT_REGISTER.name,
                ("left_behind", "status", "stage", "grade"),
                _is_left_behind,
            ),
            Derivation("definition_version", STUDENT_REGISTER.name, (), lambda _record, _today: AGENCY_TYPE),
            Derivation("last_confirmed", STUDENT_REGISTER.name, ("confirmed_on",), _last_confirmed),
        )
    }
)
