"""Working days in China: Monday to Friday, changed by the State Council's yearly notices (全国年节及纪念日放假办法)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from functools import cache
from types import MappingProxyType
from typing import Final

from schemas.catalogue_entry import validate_entry
from schemas.catalogue_files import CatalogueError, read_catalogue
from schemas.holiday_notice import HolidayNotice

CHINA_TIME: Final = timezone(timedelta(hours=8), "UTC+8")
"""The one legal time of the country; without summer time since 1992."""

_SATURDAY: Final = 5


@dataclass(frozen=True, slots=True)
class CountedDay:
    """A day that was counted to. `provisional`: a year on the way has no notice, so weekends alone were known."""

    on: date
    provisional: bool


@dataclass(frozen=True, eq=False, slots=True)
class WorkingCalendar:
    """Which days offices work. In a year without a notice: Monday to Friday, and every answer says so.

    Two are equal only if they are one, so that what was counted by a calendar can be kept beside it.
    """

    notices: Mapping[int, HolidayNotice]
    off: frozenset[date]
    worked: frozenset[date]

    def knows(self, on: date) -> bool:
        """Return whether the year's notice is here."""
        return on.year in self.notices

    def is_working_day(self, on: date) -> bool:
        """Return whether offices work on `on`; ask `knows` whether that is more than the weekday."""
        return on in self.worked or (on.weekday() < _SATURDAY and on not in self.off)

    def add_working_days(self, on: date, count: int) -> CountedDay:
        """Return the `count`-th working day after `on`, which itself is not counted (Civil Code 201).

        Raises:
            ValueError: a negative count.
        """
        if count < 0:
            raise ValueError("working days are counted forward")
        known = self.knows(on)
        while count:
            on += timedelta(days=1)
            known = known and self.knows(on)
            count -= self.is_working_day(on)
        return CountedDay(on, not known)

    def next_working_day(self, on: date) -> CountedDay:
        """Return `on` itself if it is worked, else the first working day after it (Civil Code 203)."""
        known = self.knows(on)
        while not self.is_working_day(on):
            on += timedelta(days=1)
            known = known and self.knows(on)
        return CountedDay(on, not known)


def calendar_of(notices: Iterable[HolidayNotice]) -> WorkingCalendar:
    """Return the calendar of these notices; a later one for the same year replaces an earlier one.

    Raises:
        CatalogueError: two years' notices disagree about a day in December.
    """
    by_year = {notice.year: notice for notice in notices}
    off = frozenset(day for notice in by_year.values() for holiday in notice.holidays for day in holiday.days())
    worked = frozenset(day for notice in by_year.values() for day in notice.make_up_days)
    if off & worked:
        raise CatalogueError("two holiday notices disagree about a day")
    return WorkingCalendar(MappingProxyType(by_year), off, worked)


@cache
def bundled_notices() -> tuple[HolidayNotice, ...]:
    """Return the notices of `schemas/holidays/`, by year.

    Raises:
        CatalogueError: a file is malformed, or its name is not its year.
    """
    found = []
    for name, content in read_catalogue("holidays"):
        notice = validate_entry(HolidayNotice, name, content)
        if name != str(notice.year):
            raise CatalogueError(f"{name}.yaml describes {notice.year}")
        found.append(notice)
    return tuple(found)


def working_calendar(own: Iterable[HolidayNotice] = ()) -> WorkingCalendar:
    """Return the bundled calendar, with an agency's `own` notices added or put in a year's place."""
    return calendar_of([*bundled_notices(), *own])


def china_date(at: datetime) -> date:
    """Return the date that offices write at the aware moment `at`.

    Raises:
        ValueError: `at` has no time zone.
    """
    if at.tzinfo is None:
        raise ValueError("a moment without time zone")
    return at.astimezone(CHINA_TIME).date()
