"""Why a pupil stays away: the codes of the dropout ledger, and the coarse groups that alone travel between offices."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from schemas.code_table import CodeTable, CodeWords


class DropoutReason(StrEnum):
    """Reason codes of the ledger; proposed, since no national list is public."""

    WEARINESS = "R01"
    LEFT_TO_WORK = "R02"
    POVERTY = "R03"
    CARE_BURDEN = "R04"
    ILLNESS = "R05"
    DISABILITY = "R06"
    MENTAL_HEALTH = "R07"
    BULLYING = "R08"
    EARLY_MARRIAGE = "R09"
    MOVED_WITH_PARENTS = "R10"
    MISSING = "R11"
    NO_GUARDIAN = "R12"
    UNDER_MEASURES = "R13"
    REGISTER_ERROR = "R14"
    DEATH = "R15"
    ABROAD = "R16"
    OTHER = "R99"


_WORDS: Final[Mapping[DropoutReason, tuple[str, str, tuple[str, ...]]]] = MappingProxyType(
    {
        DropoutReason.WEARINESS: ("厌学", "Weariness of school", ("学习困难", "厌学情绪")),
        DropoutReason.LEFT_TO_WORK: ("外出务工", "Left to work", ("务工", "打工", "外出打工")),
        DropoutReason.POVERTY: ("家庭经济困难", "Family hardship", ("经济困难", "家庭困难", "贫困")),
        DropoutReason.CARE_BURDEN: ("家庭照料负担", "Cares for family members", ("家庭负担", "照料家人", "照顾家人")),
        DropoutReason.ILLNESS: ("疾病", "Illness", ("生病", "因病", "患病")),
        DropoutReason.DISABILITY: ("残疾无法随班", "Disability", ("残疾", "因残")),
        DropoutReason.MENTAL_HEALTH: ("心理问题", "Mental health", ("心理原因", "心理健康问题")),
        DropoutReason.BULLYING: ("欺凌或师生矛盾", "Bullying or conflict at school", ("欺凌", "校园欺凌", "师生矛盾")),
        DropoutReason.EARLY_MARRIAGE: (
            "早婚早育或同居",
            "Early marriage",
            ("早婚早育/同居", "早婚早育", "早婚", "同居"),
        ),
        DropoutReason.MOVED_WITH_PARENTS: (
            "随父母外出去向不明",
            "Moved with parents",
            ("随父母外出", "随迁", "去向不明", "外出"),
        ),
        DropoutReason.MISSING: ("失联或失踪", "Out of contact or missing", ("失联", "失踪")),
        DropoutReason.NO_GUARDIAN: ("监护缺失", "No guardian", ("无人监护", "监护不当")),
        DropoutReason.UNDER_MEASURES: ("涉案或被采取措施", "Under legal measures", ("涉案", "被采取措施")),
        DropoutReason.REGISTER_ERROR: (
            "学籍问题",
            "Error in the student register",
            ("学籍重复", "学籍未转", "重复学籍"),
        ),
        DropoutReason.DEATH: ("死亡", "Died", ("已故",)),
        DropoutReason.ABROAD: ("出国出境", "Abroad", ("出国", "出境", "离境")),
        DropoutReason.OTHER: ("其他", "Other", ("其它", "不详", "不明")),
    }
)
DROPOUT_REASON: Final = CodeTable(
    {
        # Ledgers write the code before the name as well.
        code: CodeWords(zh, en, (f"{code.value}{zh}", *also))
        for code, (zh, en, also) in _WORDS.items()
    }
)


class ReasonGroup(StrEnum):
    """What may be said of a reason outside the school; the codes are the reasons of workflow W1."""

    SCHOOL_SIDE = "school_side"
    FAMILY_OR_GUARDIANSHIP = "family_or_guardianship"
    HEALTH = "health"
    MOVED = "moved"
    UNKNOWN = "unknown"


_GROUPS: Final[Mapping[ReasonGroup, tuple[DropoutReason, ...]]] = MappingProxyType(
    {
        ReasonGroup.SCHOOL_SIDE: (DropoutReason.WEARINESS, DropoutReason.BULLYING),
        ReasonGroup.FAMILY_OR_GUARDIANSHIP: (
            DropoutReason.LEFT_TO_WORK,
            DropoutReason.POVERTY,
            DropoutReason.CARE_BURDEN,
            DropoutReason.EARLY_MARRIAGE,
            DropoutReason.NO_GUARDIAN,
        ),
        ReasonGroup.HEALTH: (DropoutReason.ILLNESS, DropoutReason.DISABILITY, DropoutReason.MENTAL_HEALTH),
        ReasonGroup.MOVED: (DropoutReason.MOVED_WITH_PARENTS, DropoutReason.REGISTER_ERROR, DropoutReason.ABROAD),
    }
)


def group_of(reason: DropoutReason) -> ReasonGroup:
    """Return the group of a reason; what may never be told (R13), or belongs to none, is `unknown`."""
    return next((group for group, reasons in _GROUPS.items() if reason in reasons), ReasonGroup.UNKNOWN)
