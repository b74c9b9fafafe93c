"""What the pages say of standing questions: states and changes as tags, rhythms, and why something is not open."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from connectors.desk.question_answers import AnswerKind, say_value
from connectors.standing.changes import ChangeKind, KnownAnswer
from connectors.standing.rhythm import Rhythm, Schedule
from connectors.standing.row_rules import RowRule
from connectors.standing.standing_states import StandingState
from hosting.web.language import Text

STATE_WORDS: Final[Mapping[StandingState, tuple[Text, str]]] = MappingProxyType(
    {
        StandingState.AWAITING_APPROVAL: (Text("待审批", "waits for approval"), "waiting"),
        StandingState.ACTIVE: (Text("按期查询中", "being asked by the clock"), "good"),
        StandingState.DECLINED: (Text("未批准", "not approved"), "bad"),
        StandingState.ENDED: (Text("已停止", "ended"), "neutral"),
    }
)
CHANGE_WORDS: Final[Mapping[ChangeKind, tuple[Text, str]]] = MappingProxyType(
    {
        ChangeKind.NEW: (Text("新有答复", "new answer"), "good"),
        ChangeKind.CHANGED: (Text("答复有变", "answer changed"), "warning"),
        ChangeKind.GONE: (Text("对方不再有匹配记录", "no longer matched there"), "warning"),
        ChangeKind.UNDECIDED: (Text("变为可能匹配", "now a possible match"), "waiting"),
        ChangeKind.WITHHELD: (Text("匹配，但不再答复", "matched, no answer any more"), "warning"),
    }
)
RHYTHM_WORDS: Final[Mapping[Rhythm, Text]] = MappingProxyType(
    {
        Rhythm.MONTHLY: Text("每月", "every month"),
        Rhythm.QUARTERLY: Text("每季度第一个月", "the first month of each quarter"),
        Rhythm.TERM: Text("每学期（三月、九月）", "each term (March and September)"),
        Rhythm.INDEX: Text(
            "对方数据更新时，每天至多一次", "whenever the provider’s data was updated, once a day at most"
        ),
    }
)
RULE_WORDS: Final[Mapping[RowRule, Text]] = MappingProxyType(
    {
        RowRule.ALL: Text("名单上的全部儿童", "every child on the list"),
        RowRule.TURNING_18: Text(
            "每次只问下个月满 18 周岁的儿童，每人问一次",
            "each time those alone who turn 18 next month; each child once",
        ),
    }
)
END_WORDS: Final[Mapping[str | None, Text]] = MappingProxyType(
    {
        "until_passed": Text("期限已到", "its last day has passed"),
        "agreement_over": Text("协议已终止或到期", "the agreement is over"),
        None: Text("由本单位人员停止", "ended by somebody of this agency"),
    }
)
REFUSED_WORDS: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "not_the_author": Text("只有登记人可以这样做", "Only who registered it may do this"),
        "own_question": Text("不能审批自己登记的查询，请由另一人审批", "Nobody approves their own: ask another person"),
        "not_in_this_state": Text("状态已变化，请看下面的最新状态", "It has moved on: see below"),
        "ledger": Text("请选择一份已核对、列有儿童的台账", "Choose a checked ledger that lists children"),
    }
)
_KIND_WORDS: Final[Mapping[AnswerKind, Text]] = MappingProxyType(
    {
        AnswerKind.MATCH: Text("有答复", "answered"),
        AnswerKind.POSSIBLE: Text("可能匹配", "possible match"),
        AnswerKind.NONE: Text("无匹配，或对方未持有", "no match, or not held there"),
        AnswerKind.REFUSED: Text("匹配，未答复", "matched, no answer"),
        AnswerKind.UNUSABLE: Text("数据不足", "insufficient data"),
    }
)


def say_schedule(schedule: Schedule) -> Text:
    """Return when a question is asked, in words."""
    rhythm = RHYTHM_WORDS[schedule.rhythm]
    if schedule.rhythm is Rhythm.INDEX:
        return rhythm
    return Text(f"{rhythm.zh} {schedule.day} 日", f"on day {schedule.day}, {rhythm.en}")


def say_answer(known: KnownAnswer, attribute: str) -> Text:
    """Return what was known of an attribute: the released value, or what became of the row."""
    if known.kind is not AnswerKind.MATCH:
        return _KIND_WORDS[known.kind]
    said = say_value(attribute, known.values.get(attribute))
    return Text(said.zh, said.en)
