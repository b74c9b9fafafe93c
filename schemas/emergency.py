"""Emergency access (P16): why it may be made, by when a second person looks at it, and what follows if nobody does.

Pure. Gateway, provider and requester each judge by these rules from their own records, so that none of them depends on
another to refuse an officer.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from schemas.formats import Uuid
from schemas.message import Message
from schemas.working_days import CHINA_TIME, WorkingCalendar, china_date

CALL_LASTS: Final = timedelta(hours=1)
"""So long a call may be gone on with, if its answer did not come at once; later it is a new call."""

RESULT_LASTS: Final = timedelta(hours=72)
"""So long after its call a result is kept, then it is destroyed."""

RECORD_LASTS: Final = timedelta(days=1095)
"""So long after its call it is known that there was one: who, why, what the second person found (`record_days`, P16).

A call that suspends its officer is known until that is lifted.
"""

MAX_EVALUATIONS_PER_CALL: Final = 40
"""Linkage keys that one call may have evaluated: as many as one child has at most, so that a call is about one."""

MAX_NOTE_CHARACTERS: Final = 300
REVIEW_WORKING_DAYS: Final = 1
_DIGIT_RUN: Final = re.compile(r"[0-9０-９](?:[\s-]?[0-9０-９]){4,}")


class EmergencyReason(StrEnum):
    """Why a child can't wait for an approval. The code stands in the envelope and in the log."""

    UNATTENDED = "unattended"
    FOUND_ALONE = "found_alone"
    VIOLENCE = "violence"
    INJURY_OR_ILLNESS = "injury_or_illness"
    CAREGIVER_UNABLE = "caregiver_unable"
    DISASTER = "disaster"


class Verdict(StrEnum):
    """What the second person found."""

    JUSTIFIED = "justified"
    MISUSE = "misuse"


class EmergencyClaim(Message):
    """What an envelope says of the emergency under which it asks: the call that it belongs to, and the reason."""

    call: Uuid
    reason: EmergencyReason


class NoteError(ValueError):
    """A note is too long, or holds a run of digits, which could be somebody's number.

    Attributes:
        reason: `too_long` or `digits`.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class CallState(StrEnum):
    """Where a call stands."""

    OPEN = "open"
    JUSTIFIED = "justified"
    MISUSE = "misuse"
    OVERDUE = "overdue"
    LIFTED = "lifted"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFacts:
    """What is known of a call; times in POSIX seconds. `lifted_at`: when the suspension that it led to was lifted."""

    opened_at: int
    due_at: int
    verdict: Verdict | None = None
    reviewed_at: int | None = None
    lifted_at: int | None = None


@dataclass(frozen=True, slots=True)
class ReviewDue:
    """By when a call must have been reviewed. `provisional`: a year on the way has no holiday notice yet."""

    at: datetime
    provisional: bool


def review_due(called_at: datetime, calendar: WorkingCalendar) -> ReviewDue:
    """Return the end of the working day after the day of the call (Civil Code 201, 203), aware UTC.

    Raises:
        ValueError: `called_at` has no time zone.
    """
    counted = calendar.add_working_days(china_date(called_at), REVIEW_WORKING_DAYS)
    midnight = datetime.combine(counted.on + timedelta(days=1), time(), CHINA_TIME)
    return ReviewDue(midnight.astimezone(UTC), counted.provisional)


def state_of(call: CallFacts, now_seconds: int) -> CallState:
    """Return where a call stands: a review that came too late does not undo that it was overdue."""
    if call.verdict is Verdict.MISUSE:
        return CallState.MISUSE if call.lifted_at is None else CallState.LIFTED
    ended_at = now_seconds if call.reviewed_at is None else call.reviewed_at
    if ended_at >= call.due_at:
        return CallState.OVERDUE if call.lifted_at is None else CallState.LIFTED
    return CallState.OPEN if call.verdict is None else CallState.JUSTIFIED


def suspends(call: CallFacts, now_seconds: int) -> bool:
    """Return whether the officer who made the call may ask nothing until the suspension is lifted."""
    return state_of(call, now_seconds) in {CallState.MISUSE, CallState.OVERDUE}


def may_go_on(call: CallFacts, now_seconds: int) -> bool:
    """Return whether a call may still be asked under: it is young, and nobody has reviewed it."""
    return call.verdict is None and now_seconds < call.opened_at + int(CALL_LASTS.total_seconds())


def parse_note(text: str) -> str:
    """Return a note in one line without blanks around it.

    Raises:
        NoteError: too long, or five digits in a row, also with blanks or dashes between them.
    """
    note = " ".join(text.split())
    if len(note) > MAX_NOTE_CHARACTERS:
        raise NoteError("too_long")
    if _DIGIT_RUN.search(note):
        raise NoteError("digits")
    return note
