"""What pages say of questions: states as tags, steps of the work, and why something is not open."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from connectors.desk.draft_states import DraftState
from connectors.desk.question_draft import DeclineReason
from connectors.requester.open_question import Step
from hosting.web.language import Text

STATE_WORDS: Final[Mapping[DraftState, tuple[Text, str]]] = MappingProxyType(
    {
        DraftState.DRAFT: (Text("草稿", "draft"), "neutral"),
        DraftState.AWAITING_APPROVAL: (Text("待审批", "waits for approval"), "waiting"),
        DraftState.APPROVED: (Text("已批准，可发出", "approved: may be sent"), "good"),
        DraftState.ASKING: (Text("正在查询", "being asked"), "waiting"),
        DraftState.PAUSED: (Text("明日自动继续", "goes on tomorrow by itself"), "waiting"),
        DraftState.ANSWERED: (Text("已有结果", "answered"), "good"),
        DraftState.REFUSED: (Text("审批未通过", "not approved"), "bad"),
        DraftState.FAILED: (Text("中断", "broke off"), "warning"),
        DraftState.DESTROYED: (Text("结果已销毁", "results destroyed"), "neutral"),
    }
)
STEP_WORDS: Final[Mapping[Step, Text]] = MappingProxyType(
    {
        Step.FIRST_KEYS: Text("证件号、姓名和出生日期", "ID number, name and birth date"),
        Step.OTHER_KEYS: Text("其余关联键", "the other linkage keys"),
        Step.ANSWERS: Text("取得结果", "fetching results"),
    }
)
DECLINE_WORDS: Final[Mapping[DeclineReason, Text]] = MappingProxyType(
    {
        DeclineReason.NOT_NECESSARY: Text("办理此事不需要查询", "The matter does not need this question"),
        DeclineReason.WRONG_PURPOSE: Text("用途不符", "The purpose does not fit"),
        DeclineReason.WRONG_CHILDREN: Text("名单范围不符，请删减后重新发起", "The list is not the right one"),
        DeclineReason.CASE_MISSING: Text("缺少个案编号或编号不符", "The case number is missing or wrong"),
        DeclineReason.TALK_TO_ME: Text("请与审批人当面说明", "Please talk to the approver"),
    }
)
REFUSED_WORDS: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "not_the_author": Text("只有发起人可以这样做", "Only who prepared the question may do this"),
        "own_question": Text(
            "不能审批自己发起的查询，请由另一人审批", "Nobody approves their own question: ask another"
        ),
        "incomplete": Text("名单、地区或行数还没有确定", "List, region or count are not settled yet"),
        "needs_no_approval": Text("这项查询不需要审批，可以直接发出", "This question needs no approval: send it"),
        "not_approved": Text("这项查询还没有批准", "This question is not approved yet"),
        "not_in_this_state": Text("查询的状态已变化，请看下面的最新状态", "The question has moved on: see below"),
        "own_decision": Text("不能确认自己的决定，请由另一人确认", "Nobody confirms their own decision"),
        "reason_does_not_fit": Text("理由与决定不符", "The reason does not fit the decision"),
        "decided_already": Text("该行已有决定，等待第二人确认", "The row waits for a second person already"),
        "not_waiting": Text("该行已不再等待决定", "The row no longer waits for a decision"),
    }
)


def refused_words(reason: str | None) -> Text | None:
    """Return why a deed was not open, or None for no reason or one that is none of ours."""
    return REFUSED_WORDS.get(reason or "")
