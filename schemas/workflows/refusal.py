"""Why an act is refused: a stable code and a sentence for people in two languages."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from schemas.faults import Wording


class RefusalCode(StrEnum):
    """Codes of a `Refusal`. The last three are not the engine's: a gateway that relays an item gives them."""

    UNKNOWN_ACT = "unknown_act"
    NOT_NOW = "not_now"
    NOT_YOU = "not_you"
    SEATS_INCOMPLETE = "seats_incomplete"
    WRONG_KIND_OF_OFFICE = "wrong_kind_of_office"
    REASON_WANTED = "reason_wanted"
    REASON_UNKNOWN = "reason_unknown"
    NEXT_OFFICE_WANTED = "next_office_wanted"
    NEXT_OFFICE_IS_YOURS = "next_office_is_yours"
    PROOF_WANTED = "proof_wanted"
    NOT_WANTED = "not_wanted"
    STEP_MISSING = "step_missing"
    TOO_EARLY = "too_early"
    IN_THE_FUTURE = "in_the_future"
    BEFORE_THE_LAST = "before_the_last"
    NOT_DUE = "not_due"
    FULL = "full"
    WORKFLOW_UNKNOWN = "workflow_unknown"
    OFFICE_UNKNOWN = "office_unknown"
    PAPER_WITHOUT_SEAT = "paper_without_seat"


REFUSAL_WORDINGS: Final[Mapping[RefusalCode, Wording]] = {
    RefusalCode.UNKNOWN_ACT: Wording("流程中没有这一步。", "The workflow has no such step."),
    RefusalCode.NOT_NOW: Wording("当前状态下不能办理这一步。", "This step is not open in the present state."),
    RefusalCode.NOT_YOU: Wording("这一步不由本单位或本角色办理。", "This step is not for this office or role."),
    RefusalCode.SEATS_INCOMPLETE: Wording(
        "参与单位不齐或多余。", "An office that takes part is missing, or one too many is named."
    ),
    RefusalCode.WRONG_KIND_OF_OFFICE: Wording("该类单位不能承担此职责。", "This kind of office can't take that part."),
    RefusalCode.REASON_WANTED: Wording("须注明理由。", "A reason is wanted."),
    RefusalCode.REASON_UNKNOWN: Wording("理由不在可选范围内。", "The reason is none of those that can be given."),
    RefusalCode.NEXT_OFFICE_WANTED: Wording("须注明下一承接单位。", "The next office is wanted."),
    RefusalCode.NEXT_OFFICE_IS_YOURS: Wording("下一承接单位不能是本单位。", "The next office can't be your own."),
    RefusalCode.PROOF_WANTED: Wording("须注明佐证材料编号。", "The reference of a supporting paper is wanted."),
    RefusalCode.NOT_WANTED: Wording("填写了这一步不需要的内容。", "Something was given that this step does not want."),
    RefusalCode.STEP_MISSING: Wording("前置步骤尚未完成。", "A step that must come before is missing."),
    RefusalCode.TOO_EARLY: Wording("规定的期间尚未届满。", "The prescribed period is not over."),
    RefusalCode.IN_THE_FUTURE: Wording("时间晚于当前时间。", "The time lies in the future."),
    RefusalCode.BEFORE_THE_LAST: Wording("时间早于上一步。", "The time lies before the step before."),
    RefusalCode.NOT_DUE: Wording("尚未到督办时间，或者已经督办。", "The escalation is not due, or was made already."),
    RefusalCode.FULL: Wording("该事项的记录已达上限。", "The record of this item is full."),
    RefusalCode.WORKFLOW_UNKNOWN: Wording(
        "网关没有该流程的这一版本。", "The gateway does not know this version of the workflow."
    ),
    RefusalCode.OFFICE_UNKNOWN: Wording(
        "所列单位没有接入，或者不是该类单位。", "An office that is named is no member, or not of the kind wanted."
    ),
    RefusalCode.PAPER_WITHOUT_SEAT: Wording(
        "材料只能发给参与该事项的其他单位。", "Papers go to the other offices that take part, to nobody else."
    ),
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """The act is refused; nothing was recorded."""

    code: RefusalCode

    @property
    def wording(self) -> Wording:
        """The sentence for people."""
        return REFUSAL_WORDINGS[self.code]
