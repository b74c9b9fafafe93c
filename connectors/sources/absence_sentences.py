"""What people read about rows of a school's absence ledger: Chinese first, then English; each says what to do."""

from collections.abc import Mapping
from types import MappingProxyType

from schemas.faults import Wording

ABSENCE_FINDINGS: Mapping[str, Wording] = MappingProxyType(
    {
        "absence.date_missing": Wording(
            "没有首次缺勤日期，请按考勤记录填写", "the first absent day is missing: take it from the attendance record"
        ),
        "absence.date_without_day": Wording("首次缺勤日期请写到日", "give the day of the first absence, not the month"),
        "absence.date_in_future": Wording(
            "首次缺勤日期晚于今天，请核对后改正", "the first absent day is after today: look it up and put it right"
        ),
        "absence.days_missing": Wording(
            "没有连续缺勤天数，请填写教学日数", "the number of absent days is missing: count the school days"
        ),
        "absence.below_limit": Wording(
            "连续缺勤天数未达到本地区列为疑似辍学的天数：请核对天数，未达到的继续联系家长，达到后再标记",
            "fewer absent school days than the region's limit for a suspected dropout: check the number; "
            "if it is right, keep in touch with the parents and flag later",
        ),
        "absence.more_days_than_passed": Wording(
            "连续缺勤天数多于首次缺勤至今的天数，请核对日期和天数",
            "more absent days than days since the first one: check the date and the number",
        ),
        "absence.reason_missing": Wording(
            "没有原因，请填 R01 至 R16 或 R99（其他）", "the reason is missing: give R01 to R16, or R99 for any other"
        ),
        "absence.reason_unknown": Wording(
            "原因不在代码表中，请填 R01 至 R16 或 R99（其他）",
            "the reason is none of the codes: give R01 to R16, or R99 for any other",
        ),
        "absence.contact_in_future": Wording(
            "联系、家访或者报告的日期晚于今天，请核对", "a day of contact, visit or report is after today: look it up"
        ),
        "absence.not_contacted": Wording(
            "没有联系家长的记录：可以标记，事项会停在“发现缺勤”，联系后再补",
            "no contact with the parents is noted: flagging is possible; the item then waits for it",
        ),
        "absence.not_visited": Wording(
            "没有家访记录：可以标记，家访后再列为疑似辍学",
            "no home visit is noted: the pupil can be flagged, and is a suspected dropout after the visit",
        ),
        "absence.visit_without_reference": Wording(
            "家访没有记录编号（字母、数字、点、横线，如 JF-2026-031），家访这一步要另行补填",
            "the home visit has no reference (letters, digits, dots, dashes, such as JF-2026-031): add it later",
        ),
        "absence.other_school": Wording(
            "学校名称不是您所在的学校：只能标记本校学生", "another school's name: only your own pupils can be flagged"
        ),
        "absence.flagged_already": Wording(
            "该学生已在台账中且尚未销号，不必重复标记", "the pupil is in the ledgers already and not closed"
        ),
    }
)
