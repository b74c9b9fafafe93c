"""When a question goes on for which a day's budget did not suffice. Pure."""

from datetime import datetime, time, timedelta
from typing import Final
from zlib import crc32

from connectors.context import OFFICE_ZONE
from schemas.problem import ProblemCode

DAY_IS_USED_UP: Final = frozenset({ProblemCode.BUDGET_EXHAUSTED, ProblemCode.OFFICER_BUDGET_EXHAUSTED})
"""The problems that midnight ends: the agreement's budget of the day, or the officer's."""

_FIRST_MINUTE: Final = 5
_MINUTES: Final = 50


def resumes_at(paused_at: datetime, agency: str) -> datetime:
    """Return the moment in the first hour of the next day at which this agency's questions go on.

    A budget begins at midnight of the office's day. The minute follows from the agency's id, so that a county's
    agencies do not all begin at once.
    """
    tomorrow = paused_at.astimezone(OFFICE_ZONE).date() + timedelta(days=1)
    minutes = _FIRST_MINUTE + crc32(agency.encode("ascii")) % _MINUTES
    return datetime.combine(tomorrow, time(0), OFFICE_ZONE) + timedelta(minutes=minutes)
