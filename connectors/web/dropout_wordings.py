"""What the pages about pupils who stay away call things, and where those pages are."""

from enum import StrEnum
from typing import Final

from connectors.dropouts.flag_steps import WORKFLOW
from connectors.state.dropout_flags import FlagState
from connectors.web.signed_in import PREFIX
from hosting.web.language import Text
from hosting.web.listing import Column
from schemas.dropouts.absence_limit import AbsenceLimit
from schemas.dropouts.reasons import DROPOUT_REASON, DropoutReason
from schemas.workflows.load import load_workflows

ABSENCES: Final = f"{PREFIX}/absences"
TRIAGE: Final = f"{PREFIX}/triage"
REPORTS: Final = f"{PREFIX}/dropout-reports"
DROPOUTS: Final = f"{PREFIX}/dropouts"

FLAG_WORDS: Final = {
    FlagState.WAITING: (Text("等待登记", "waiting"), "waiting"),
    FlagState.OPENING: (Text("正在登记", "being entered"), "waiting"),
    FlagState.DONE: (Text("已登记", "entered"), "good"),
    FlagState.REFUSED: (Text("未完成", "not finished"), "bad"),
}

LINE_COLUMNS: Final = (
    Column(Text("编号", "Number")),
    Column(Text("学生", "Pupil")),
    Column(Text("学校、班级", "School and class")),
    Column(Text("首次缺勤", "First absent")),
    Column(Text("天数", "Days"), is_number=True),
    Column(Text("原因", "Reason")),
    Column(Text("状态", "State")),
    Column(Text("时限", "Due")),
)


class TriageStage(StrEnum):
    """Which flagged pupils the county looks at."""

    REPORTED = "reported"
    VERIFYING = "verifying"
    PERSUADING = "persuading"
    PASSED_ON = "passed_on"

    @property
    def states(self) -> frozenset[str]:
        """The states of workflow W1."""
        return frozenset({"referred", "danger_reported"}) if self is TriageStage.PASSED_ON else frozenset({self.value})


TRIAGE_WORDS: Final = {
    TriageStage.REPORTED: Text("待签收", "To be acknowledged"),
    TriageStage.VERIFYING: Text("待分诊", "To be sorted"),
    TriageStage.PERSUADING: Text("劝返中", "Being persuaded"),
    TriageStage.PASSED_ON: Text("等待其他单位结果", "With other agencies"),
}
TRIAGE_COLUMNS: Final = (
    Column(Text("选", "Tick")),
    Column(Text("学生", "Pupil")),
    Column(Text("学校、班级", "School and class")),
    Column(Text("天数", "Days"), is_number=True),
    Column(Text("原因", "Reason")),
    Column(Text("其他单位的答复", "What other agencies answered")),
    Column(Text("时限", "Due")),
)
STEP_EFFECTS: Final = {
    "acknowledge": Text("收下学校的书面报告，开始核查", "Take the school's report and begin to verify"),
    "find_elsewhere": Text(
        "已在别处就读、离境或学籍有误，销号", "Enrolled elsewhere, abroad or a register error: close it"
    ),
    "place": Text("送教上门、特教、中职或延缓入学", "Home teaching, special or vocational school, deferral"),
    "persuade": Text("和学校、乡镇一起劝返", "Persuade, with the school and the township"),
    "refer": Text("监护有问题，请民政部门接手", "Guardianship: ask civil affairs to take it on"),
    "report_danger": Text("可能受到侵害，立即强制报告", "Perhaps harmed: make a mandatory report at once"),
}

REPORT_COLUMNS: Final = (
    Column(Text("学校", "School")),
    Column(Text("本期新增", "Flagged in the period"), is_number=True),
    Column(Text("期末疑似辍学", "Suspected at its end"), is_number=True),
    Column(Text("期末辍学", "Dropouts at its end"), is_number=True),
    Column(Text("期末复学巩固", "Returned, observed"), is_number=True),
    Column(Text("本期销号", "Closed in the period"), is_number=True),
)
GROUP_COLUMNS: Final = (Column(Text("原因大类", "Group of reasons")), Column(Text("人数", "Pupils"), is_number=True))

FLAG_COLUMNS: Final = (
    Column(Text("行号", "Row"), is_number=True),
    Column(Text("姓名", "Name")),
    Column(Text("标记", "Flagging")),
    Column(Text("事项", "Item")),
    Column(Text("现在", "Now")),
)

PUPIL_FIELDS: Final[tuple[str, ...]] = (
    "name", "citizen_id", "sex", "birth_date", "grade_class", "residence_region", "guardian_name", "guardian_phone",
    "first_absent_on", "absent_days", "reason", "contacted_on", "visited_on", "visit_proof", "reported_on",
    "report_proof",
)  # fmt: skip
"""What is typed in for one pupil, in the order of the form."""

PUPIL_HEADINGS: Final = {
    "name": Text("学生", "The pupil"),
    "first_absent_on": Text("缺勤", "Absence"),
    "contacted_on": Text(
        "联系、家访和报告（有就填，写到哪一步就登记到哪一步）", "Contact, visit, report (as far as done)"
    ),
}
"""Above which fields of the form a group begins."""

PUPIL_MUST: Final = frozenset({"name", "first_absent_on", "absent_days", "reason"})
PUPIL_WORDS: Final = {
    "grade_class": Text("年级班级", "Class"),
    "residence_region": Text("现居住地", "Where the pupil lives"),
    "first_absent_on": Text("首次缺勤日期", "First absent day"),
    "absent_days": Text("连续缺勤天数（教学日）", "Consecutive absent school days"),
    "reason": Text("原因", "Reason"),
    "contacted_on": Text("联系家长日期", "Day on which the parents were contacted"),
    "visited_on": Text("家访日期", "Day of the home visit"),
    "visit_proof": Text("家访记录编号", "Reference of the note of the visit"),
    "reported_on": Text("书面报告教育局日期", "Day of the report in writing"),
    "report_proof": Text("书面报告编号", "Reference of the report"),
}
PUPIL_HINTS: Final = {
    "residence_region": Text("乡镇、村（社区）和门牌", "Township, village and number"),
    "first_absent_on": Text("按考勤记录，如 2026-11-02", "From the attendance record, such as 2026-11-02"),
    "contacted_on": Text("还没有联系上的可以先不填", "Leave empty where nobody was reached yet"),
    "visit_proof": Text(
        "如 JF-2026-031；没有编号，家访先不算数", "Such as JF-2026-031; without it the visit does not count"
    ),
    "report_proof": Text("如 BG-2026-007", "Such as BG-2026-007"),
}


def name_state(state: str) -> Text:
    """Return what a state of the dropout flag is called."""
    found = load_workflows()[WORKFLOW].state(state)
    return Text(found.name_zh, found.name_en)


def name_reason(reason: DropoutReason | None) -> Text:
    """Return a reason's code and name; a dash where none is known."""
    if reason is None:
        return Text("—", "—")
    words = DROPOUT_REASON.words[reason]
    return Text(f"{reason.value} {words.zh}", f"{reason.value} {words.en}")


def say_limit(limit: AbsenceLimit) -> Text:
    """Return the region's limit in a sentence."""
    if limit.school_days is None:
        return Text(
            f"本地区：当月有缺勤的学生须在每月 {limit.listed_by_day} 日前列入台账",
            f"In this region every pupil who was absent is listed by day {limit.listed_by_day} of the month",
        )
    return Text(
        f"本地区：无故连续缺勤满 {limit.school_days} 个教学日的，列为疑似辍学",
        f"In this region a pupil absent without leave for {limit.school_days} school days in a row "
        "is a suspected dropout",
    )
