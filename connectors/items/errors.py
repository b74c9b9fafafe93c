"""How the services of items refuse: with a code and a sentence for people, never with a value."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from schemas.faults import Wording
from schemas.problem import ProblemCode, describe
from schemas.workflows.refusal import REFUSAL_WORDINGS, RefusalCode


class StepFault(StrEnum):
    """Why a step can't be taken, beside what the workflow says."""

    STILL_TO_BE_SENT = "still_to_be_sent"
    OFFICE_WITHOUT_KEY = "office_without_key"
    WRONG_PAPER = "wrong_paper"
    PAPER_TOO_LONG = "paper_too_long"
    MALFORMED_PROOF = "malformed_proof"
    ITEM_GONE = "item_gone"


FAULT_WORDINGS: Final[Mapping[StepFault, Wording]] = MappingProxyType(
    {
        StepFault.STILL_TO_BE_SENT: Wording(
            "上一步尚未送达，请稍候再办。", "The step before is still to be sent: wait a little."
        ),
        StepFault.OFFICE_WITHOUT_KEY: Wording(
            "该单位目前不能接收材料，请与其联系。", "The office can't receive papers now: ask it."
        ),
        StepFault.WRONG_PAPER: Wording("这一步不能附这种材料。", "This step takes no such paper."),
        StepFault.PAPER_TOO_LONG: Wording("材料内容过长，请删减。", "The paper is too long: shorten it."),
        StepFault.MALFORMED_PROOF: Wording(
            "佐证材料编号须为 2 至 40 个字母、数字、点、横线，不得填写身份证号。",
            "The reference of a paper has 2 to 40 letters, digits, dots or dashes, and is no ID number.",
        ),
        StepFault.ITEM_GONE: Wording(
            "该事项已不由本单位办理，这一步没有送达。", "The item is no longer with this office: the step was not sent."
        ),
    }
)


class ItemNotFoundError(LookupError):
    """There is no such item, or it is not this person's to see: both look the same."""

    def __init__(self) -> None:
        super().__init__("没有这个事项 / there is no such item")


Code = RefusalCode | StepFault | ProblemCode


class StepRefusedError(Exception):
    """A step was not taken, and nothing was changed.

    Attributes:
        code: a `RefusalCode`, `StepFault` or `ProblemCode`.
    """

    def __init__(self, code: Code) -> None:
        super().__init__(code.value)
        self.code = code

    @property
    def wording(self) -> Wording:
        """The sentence for people."""
        return wording_of(self.code.value)


def wording_of(code: str) -> Wording:
    """Return the sentence for a code that was kept. Raises `ValueError` for another text."""
    if code in set(RefusalCode):
        return REFUSAL_WORDINGS[RefusalCode(code)]
    if code in set(StepFault):
        return FAULT_WORDINGS[StepFault(code)]
    problem = ProblemCode(code)
    return Wording(describe(problem), describe(problem, "en"))
