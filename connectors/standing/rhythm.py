"""When a standing question is asked again. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from zlib import crc32

from connectors.context import OFFICE_ZONE

LAST_DAY: Final = 28
"""The last day of the month that may be chosen: every month has it."""

HOUR: Final = 5
"""Before offices open, and after indexes are refreshed and paused questions have gone on."""


class Rhythm(StrEnum):
    """How often."""

    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    TERM = "term"
    INDEX = "index"


MONTHS: Final[Mapping[Rhythm, frozenset[int]]] = MappingProxyType(
    {
        Rhythm.MONTHLY: frozenset(range(1, 13)),
        Rhythm.QUARTERLY: frozenset({1, 4, 7, 10}),
        Rhythm.TERM: frozenset({3, 9}),
    }
)
"""In which months; terms begin at the end of winter and on 1 September."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """A rhythm with its day of the month; by the index it is looked every day whether the provider's changed."""

    rhythm: Rhythm
    day: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.day <= LAST_DAY:
            raise ValueError(f"a day of the month is from 1 to {LAST_DAY}")


def next_due(schedule: Schedule, after: datetime, agency: str) -> datetime:
    """Return the first moment after `after` (aware) at which the question is due.

    The minute follows from the agency's id, so that a county's agencies do not all begin at once.
    """
    at = time(HOUR, crc32(agency.encode("ascii")) % 60)
    day = after.astimezone(OFFICE_ZONE).date()
    while (moment := datetime.combine(day, at, OFFICE_ZONE)) <= after or not _is_day(schedule, day):
        day += timedelta(days=1)
    return moment


def _is_day(schedule: Schedule, day: date) -> bool:
    return schedule.rhythm is Rhythm.INDEX or (day.day == schedule.day and day.month in MONTHS[schedule.rhythm])
