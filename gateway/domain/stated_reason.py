"""Why somebody looks at what is closed: a code from a short list, a sentence of their own, and the case it is for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar, Final

from schemas.faults import FaultError, Wording

MIN_TEXT_CHARACTERS: Final = 4
MAX_TEXT_CHARACTERS: Final = 500
_CASE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{1,39}")
_LONG_DIGIT_RUN: Final = re.compile(r"[0-9]{14,}")


class ReasonCode(StrEnum):
    """The occasion, in the words of a supervising office. The value stands in the log; none is ever renamed."""

    INSPECTION = "inspection"
    COMPLAINT = "complaint"
    INCIDENT = "incident"
    SUBJECT_REQUEST = "subject_request"
    JUDICIAL = "judicial"


REASON_NAMES: Final = {
    ReasonCode.INSPECTION: Wording("例行监督检查", "routine inspection"),
    ReasonCode.COMPLAINT: Wording("投诉、举报核查", "a complaint or report is checked"),
    ReasonCode.INCIDENT: Wording("安全事件处置", "a security incident is handled"),
    ReasonCode.SUBJECT_REQUEST: Wording("个人信息主体行使权利", "a data subject's request"),
    ReasonCode.JUDICIAL: Wording("司法、监察机关依法调取", "lawful demand of a court or supervisory organ"),
}


class ReasonFault(StrEnum):
    """What is wrong with a stated reason; the value is the name of the field at fault, before the hyphen."""

    CODE_MISSING = "reason-missing"
    TEXT_LENGTH = "reason_text-length"
    TEXT_IDENTIFIER = "reason_text-identifier"
    CASE_FORM = "case-form"

    @property
    def field(self) -> str:
        """The form field at fault."""
        return self.value.partition("-")[0]


class StatedReasonError(FaultError):
    """No reason that may open anything; never quotes what was typed."""

    wordings: ClassVar[Mapping[StrEnum, Wording]] = {
        ReasonFault.CODE_MISSING: Wording("请选择事由", "Choose the occasion"),
        ReasonFault.TEXT_LENGTH: Wording(
            f"请用 {MIN_TEXT_CHARACTERS} 至 {MAX_TEXT_CHARACTERS} 个字说明理由",
            f"State the reason in {MIN_TEXT_CHARACTERS} to {MAX_TEXT_CHARACTERS} characters",
        ),
        ReasonFault.TEXT_IDENTIFIER: Wording(
            "理由中不得出现身份号码等长数字", "The reason may hold no ID number or other long number"
        ),
        ReasonFault.CASE_FORM: Wording(
            "案件编号由 2 至 40 个字母、数字、点、横线组成，不得为身份号码",
            "A case reference is 2 to 40 letters, digits, dots and hyphens, and no ID number",
        ),
    }
    code: ReasonFault


@dataclass(frozen=True, slots=True)
class StatedReason:
    """A reason that was stated. `text` and `case` enter the log as salted digests only."""

    code: ReasonCode
    text: str = field(repr=False)
    case: str = field(repr=False)

    @classmethod
    def parse(cls, code: str, text: str, case: str) -> "StatedReason":
        """Read what a form says.

        Raises:
            StatedReasonError: the first fault.
        """
        if code not in {known.value for known in ReasonCode}:
            raise StatedReasonError(ReasonFault.CODE_MISSING)
        text = " ".join(text.split())
        if not MIN_TEXT_CHARACTERS <= len(text) <= MAX_TEXT_CHARACTERS:
            raise StatedReasonError(ReasonFault.TEXT_LENGTH)
        if _LONG_DIGIT_RUN.search(text):
            raise StatedReasonError(ReasonFault.TEXT_IDENTIFIER)
        if not _CASE.fullmatch(case) or _LONG_DIGIT_RUN.search(case):
            raise StatedReasonError(ReasonFault.CASE_FORM)
        return cls(ReasonCode(code), text, case)
