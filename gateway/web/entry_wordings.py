"""What pages say of entries, in the reader's language: agencies by full names, codes by their sentences."""

from collections.abc import Mapping
from typing import Final

from gateway.domain.request_story import StepKind, StoryEnd
from gateway.domain.stated_reason import REASON_NAMES, ReasonCode
from gateway.log.event_catalogue import DECLARATIONS
from gateway.log.event_names import EventType, PersonalField
from gateway.reports.entry_words import attribute_words, event_words, purpose_words, reason_words
from gateway.services.agency_names import agency_names
from gateway.services.check_entry import Check
from gateway.services.context import Gateway
from hosting.web.language import Text, choose

FIELD_NAMES: Final[Mapping[PersonalField, Text]] = {
    PersonalField.OFFICER: Text("经办人代号", "officer (reference)"),
    PersonalField.APPROVER: Text("审批人代号", "approver (reference)"),
    PersonalField.ACCOUNT: Text("所涉账号", "account concerned"),
    PersonalField.SUBJECT_REF: Text("对象代号", "subject (reference)"),
    PersonalField.RESULT: Text("结果", "result"),
    PersonalField.CASE_REF: Text("案件编号", "case reference"),
    PersonalField.NOTE: Text("说明", "note"),
    PersonalField.IP: Text("网络地址", "network address"),
    PersonalField.EMERGENCY_REASON: Text("紧急理由", "reason of the emergency"),
}
CHECK_WORDS: Final[Mapping[Check, Text]] = {
    Check.FORM: Text("条目格式规范，属于本日志", "the entry has its one form and is of this log"),
    Check.LEAF_HASH: Text("条目内容与登记的哈希一致", "the entry's bytes have the hash that was kept"),
    Check.SIGNATURE: Text(
        "检查点由本日志密钥签名，见证签名有效", "the log's key signed the checkpoint; cosignatures hold"
    ),
    Check.INCLUSION: Text(
        "条目在已签名的日志树中（包含证明成立）", "the entry is in the signed tree (inclusion proof)"
    ),
    Check.WITNESSES: Text("见证单位达到规定数量", "enough agencies witnessed it"),
}
STEP_NAMES: Final[Mapping[StepKind, Text]] = {
    StepKind.ASKED: Text("请求", "Asked"),
    StepKind.PERMITTED: Text("准许", "Permitted"),
    StepKind.REFUSED: Text("拒绝", "Refused"),
    StepKind.PASSED_ON: Text("转送", "Passed on"),
    StepKind.COMPARED: Text("网关处理", "Carried out"),
    StepKind.ANSWERED: Text("答复", "Answered"),
    StepKind.RECEIVED: Text("确认收到", "Receipt confirmed"),
    StepKind.NOTED: Text("登记", "Noted"),
    StepKind.OPENED: Text("发起", "Opened"),
    StepKind.TAKEN: Text("办理", "Step taken"),
    StepKind.READ: Text("读取", "Read"),
    StepKind.ESCALATED: Text("督办", "Escalated"),
}
END_WORDS: Final[Mapping[StoryEnd, tuple[Text, str]]] = {
    StoryEnd.COMPLETE: (Text("已办结", "complete"), "good"),
    StoryEnd.REFUSED: (Text("被拒绝", "refused"), "bad"),
    StoryEnd.UNDER_WAY: (Text("办理中", "under way"), "waiting"),
    StoryEnd.ORPHANED: (Text("有请求、无结果", "no outcome was logged"), "warning"),
}


class EntryWords:
    """The words of one page; templates call it `words`."""

    def __init__(self, gateway: Gateway) -> None:
        self._agencies = agency_names(gateway)

    def agency(self, agency: str | None) -> str:
        """Return an agency's full name; its id where it is no member, a dash where there is none."""
        if agency is None:
            return "—"
        known = self._agencies.get(agency)
        return agency if known is None else choose(known)

    def agencies(self) -> list[tuple[str, str]]:
        """Return all agencies for a form: id and full name."""
        return [(agency, choose(name)) for agency, name in sorted(self._agencies.items())]

    def code(self, event_type: EventType) -> str:
        """Return the code of an event type."""
        return DECLARATIONS[event_type].code

    def event(self, event_type: EventType) -> str:
        """Return the sentence of an event type."""
        return choose(event_words(event_type))

    def purpose(self, purpose: str) -> str:
        """Return a purpose's code and name."""
        name = choose(purpose_words(purpose))
        return purpose if name == purpose else f"{purpose} {name}"

    def reason(self, reason: str) -> str:
        """Return what a reason code says."""
        return choose(reason_words(reason))

    def attribute(self, attribute: str) -> str:
        """Return an attribute's name."""
        return choose(attribute_words(attribute))

    def field(self, name: PersonalField) -> str:
        """Return what a personal field is called."""
        return choose(FIELD_NAMES[name])

    def check(self, check: Check) -> str:
        """Return what a check says if it went well."""
        return choose(CHECK_WORDS[check])


def reason_options() -> list[tuple[str, str]]:
    """Return the occasions for a form, none chosen."""
    return [("", "—"), *((code.value, choose(REASON_NAMES[code])) for code in ReasonCode)]
