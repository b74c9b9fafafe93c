"""What a request for correction must say, by when it is answered, and how: pure rules.

Regulations on Government Data Sharing (政务数据共享条例) article 26: ten working days; Personal Information Protection
Law article 46 for parents and guardians.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import ClassVar, Final

from schemas.faults import FaultError, Wording
from schemas.working_days import CountedDay, WorkingCalendar

WORKING_DAYS: Final = 10
MAX_NAME_CHARACTERS: Final = 100
MAX_TEXT_CHARACTERS: Final = 500


class CorrectionSource(StrEnum):
    """Who asks for a correction."""

    AGENCY = "agency"
    GUARDIAN = "guardian"


class CorrectionOutcome(StrEnum):
    """How a request was answered."""

    CORRECTED = "corrected"
    UPHELD = "upheld"
    NOT_OURS = "not_ours"
    WITHDRAWN = "withdrawn"


class CorrectionFault(StrEnum):
    """What is wrong with a request or with its answer."""

    SOURCE = "source"
    APPLICANT = "applicant"
    CHILD = "child_name"
    ABOUT = "about"
    STATED = "stated"
    RECEIPT = "receipt"
    RECEIVED = "received_on"
    OUTCOME = "outcome"
    REASON = "reason"


class CorrectionError(FaultError):
    """A request or its answer can't be taken; the code names the field."""

    wordings: ClassVar[Mapping[StrEnum, Wording]] = {
        CorrectionFault.SOURCE: Wording("请选择申请人类别", "Choose who asks"),
        CorrectionFault.APPLICANT: Wording(
            f"请填写申请人，不超过 {MAX_NAME_CHARACTERS} 个字", f"Name who asks, in {MAX_NAME_CHARACTERS} characters"
        ),
        CorrectionFault.CHILD: Wording(
            f"请填写儿童姓名，不超过 {MAX_NAME_CHARACTERS} 个字", f"Name the child, in {MAX_NAME_CHARACTERS} characters"
        ),
        CorrectionFault.ABOUT: Wording(
            f"请写明哪一项信息有误，不超过 {MAX_NAME_CHARACTERS} 个字",
            f"Say what is wrong, in {MAX_NAME_CHARACTERS} characters",
        ),
        CorrectionFault.STATED: Wording(
            f"请写明申请理由，不超过 {MAX_TEXT_CHARACTERS} 个字",
            f"Give the grounds, in {MAX_TEXT_CHARACTERS} characters",
        ),
        CorrectionFault.RECEIPT: Wording(
            f"回执编号不超过 {MAX_NAME_CHARACTERS} 个字", f"A receipt has {MAX_NAME_CHARACTERS} characters at most"
        ),
        CorrectionFault.RECEIVED: Wording(
            "收到日期不正确，或晚于今天", "The day of receipt is no day, or lies in the future"
        ),
        CorrectionFault.OUTCOME: Wording("请选择校核结果", "Choose the outcome"),
        CorrectionFault.REASON: Wording(
            f"请写明理由，不超过 {MAX_TEXT_CHARACTERS} 个字", f"Give the reason, in {MAX_TEXT_CHARACTERS} characters"
        ),
    }


@dataclass(frozen=True, slots=True)
class Said:
    """What a request says; `receipt` is the number of the answer that it is about, empty where it names none."""

    source: CorrectionSource
    applicant: str = field(repr=False)
    child_name: str = field(repr=False)
    about: str = field(repr=False)
    stated: str = field(repr=False)
    received_on: date
    receipt: str = field(default="", repr=False)


def check_said(said: Said, today: date) -> None:
    """Check that a request says all it must; raises CorrectionError for the first field that does not."""
    for fault, text, most in (
        (CorrectionFault.APPLICANT, said.applicant, MAX_NAME_CHARACTERS),
        (CorrectionFault.CHILD, said.child_name, MAX_NAME_CHARACTERS),
        (CorrectionFault.ABOUT, said.about, MAX_NAME_CHARACTERS),
        (CorrectionFault.STATED, said.stated, MAX_TEXT_CHARACTERS),
    ):
        check_text(fault, text, most)
    if len(said.receipt) > MAX_NAME_CHARACTERS:
        raise CorrectionError(CorrectionFault.RECEIPT)
    if said.received_on > today:
        raise CorrectionError(CorrectionFault.RECEIVED)


def check_text(fault: CorrectionFault, text: str, most: int) -> None:
    """Check that a field says something, and not too much; raises CorrectionError."""
    if not 0 < len(text.strip()) <= most:
        raise CorrectionError(fault)


def due_on(received_on: date, calendar: WorkingCalendar) -> CountedDay:
    """Return the last day on which a request that came on `received_on` is answered in time."""
    return calendar.add_working_days(received_on, WORKING_DAYS)
