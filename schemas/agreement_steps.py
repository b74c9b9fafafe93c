"""The steps of an agreement's life as every party is told them, and the clock of its review.

Regulations on Government Data Sharing, art. 21: an answer within 10 working days, extensible once by 10; what is
missing is told once.
"""

import re
import unicodedata
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, StringConstraints

from schemas.formats import AgencyId, UnixSeconds
from schemas.message import Message
from schemas.workflows.clock import Span, SpanUnit
from schemas.workflows.due import due_at
from schemas.working_days import WorkingCalendar

REVIEW_WORKING_DAYS: Final = 10
"""How long a provider may take, and by how much it may extend that once."""

DELIVERY_WORKING_DAYS: Final = 20
"""So long after an agreement has come into force its index is to be there."""

MAX_NOTE_CHARACTERS: Final = 300
MAX_TOLD_STEPS: Final = 200
"""The newest steps that a message tells; the log has them all."""

_DIGIT_RUN: Final = re.compile(r"[0-9]{6,}")
_SPACES: Final = re.compile(r"\s+")


class AgreementStep(StrEnum):
    """What somebody did with an agreement, or what its clock did. None is ever renamed."""

    PROPOSE = "propose"
    ACCEPT_COMPLETE = "accept_complete"
    RETURN_INCOMPLETE = "return_incomplete"
    EXTEND = "extend"
    SIGN = "sign"
    REFUSE = "refuse"
    DISPUTE = "dispute"
    SETTLE_REOPEN = "settle_reopen"
    SETTLE_REFUSE = "settle_refuse"
    COUNTERSIGN = "countersign"
    SUSPEND = "suspend"
    RESUME = "resume"
    REVOKE = "revoke"
    REPLACE = "replace"
    EXPIRE = "expire"


ReviewStep = Literal[
    "accept_complete", "return_incomplete", "extend", "refuse", "dispute", "settle_reopen", "settle_refuse"
]
"""What is done while a proposal is reviewed, beside signing it."""


def _plain_note(text: str) -> str:
    """Refuse what could be a number of a person, in whatever digits, and what can't be seen."""
    digits = "".join(
        str(unicodedata.decimal(character, character)) for character in unicodedata.normalize("NFKC", text)
    )
    if _DIGIT_RUN.search(_SPACES.sub("", digits)):
        raise ValueError("holds a number of six or more digits")
    if any(unicodedata.category(character).startswith("C") for character in text):
        raise ValueError("holds a control character")
    return text


Note = Annotated[str, StringConstraints(min_length=1, max_length=MAX_NOTE_CHARACTERS), AfterValidator(_plain_note)]
"""A sentence of an office beside its reason, in one line; never anything about a person."""

ReasonCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{1,39}$")]
"""One of `schemas.agreement_reasons`."""


class AgreementHistoryStep(Message):
    """One step: what, by whom (the gateway for what its clock did), when, and why."""

    step: AgreementStep
    agency: AgencyId
    at: UnixSeconds
    reasons: Annotated[tuple[ReasonCode, ...], Field(max_length=16)] = ()
    note: Note | None = None


def review_due_at(begun_at: int, calendar: WorkingCalendar, *, is_extended: bool = False) -> int:
    """Return when the answer to a proposal is due (POSIX seconds): the end of the 10th or 20th working day."""
    return _end_of(REVIEW_WORKING_DAYS * (2 if is_extended else 1), begun_at, calendar)


def delivery_due_at(begun_at: int, calendar: WorkingCalendar) -> int:
    """Return until when a provider is to publish its index (POSIX seconds): the end of the 20th working day.

    Regulations on Government Data Sharing, art. 22. `begun_at`: when the agreement came into force.
    """
    return _end_of(DELIVERY_WORKING_DAYS, begun_at, calendar)


def _end_of(working_days: int, begun_at: int, calendar: WorkingCalendar) -> int:
    span = Span(unit=SpanUnit.WORKING_DAYS, value=working_days)
    return int(due_at(span, datetime.fromtimestamp(begun_at, UTC), calendar).at.timestamp())
