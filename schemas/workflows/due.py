"""When a clock has run out (Civil Code 200 to 203: the first day is not counted, the last ends at 24:00)."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from schemas.workflows.clock import Span, SpanUnit
from schemas.working_days import CHINA_TIME, CountedDay, WorkingCalendar, china_date

_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Due:
    """A moment (aware UTC) and the date in China that people write. From `at` on, it has passed.

    `provisional`: the holiday notice of a year on the way is not known, so it may move. Whoever shows it says so.
    """

    at: datetime
    on: date
    provisional: bool


def due_at(span: Span, since_at: datetime, calendar: WorkingCalendar) -> Due:
    """Return when `span` has passed since the aware moment `since_at`.

    At once: at that moment. Hours: to the second, day and night. Working days: the end of the n-th after the day it
    began. Days, months and the end of a month: the end of that day, or of the first working day after it if offices
    rest (Civil Code 203). A month ends on the day of the same number, or on its last (202).
    """
    if span.unit in {SpanUnit.AT_ONCE, SpanUnit.HOURS}:
        return _after_hours(span, since_at)
    begun_on = china_date(since_at)
    if span.unit is SpanUnit.WORKING_DAYS:
        return _end_of(calendar.add_working_days(begun_on, span.value))
    return _end_of(calendar.next_working_day(_last_day(span, begun_on)))


def period_over_at(span: Span, since_at: datetime) -> Due:
    """Return when a waiting period has passed: as `due_at`, but it ends on its day, whether offices rest or not.

    So it can be judged anew at any time: no holiday notice moves it.
    """
    if span.unit is SpanUnit.HOURS:
        return _after_hours(span, since_at)
    return _end_of(CountedDay(_last_day(span, china_date(since_at)), provisional=False))


def _after_hours(span: Span, since_at: datetime) -> Due:
    at = since_at.astimezone(UTC) + timedelta(hours=span.value)
    return Due(at, china_date(at), provisional=False)


def _last_day(span: Span, begun_on: date) -> date:
    if span.unit is SpanUnit.DAYS:
        return begun_on + span.value * _DAY
    months = begun_on.year * 12 + begun_on.month - 1 + span.value
    year, month = months // 12, months % 12 + 1
    last = monthrange(year, month)[1]
    return date(year, month, last if span.unit is SpanUnit.END_OF_MONTH else min(begun_on.day, last))


def _end_of(counted: CountedDay) -> Due:
    midnight = datetime.combine(counted.on + _DAY, time(), CHINA_TIME)
    return Due(midnight.astimezone(UTC), counted.on, counted.provisional)
