"""The four regular reports on dropouts (“四个一”): who writes one for which period, and until when. Data and rules."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from typing import Annotated, Self

from pydantic import Field, model_validator

from schemas.catalogue_entry import CatalogueEntry, Text, validate_entry
from schemas.catalogue_files import CatalogueError, read_catalogue
from schemas.purpose_parts import LegalBasis
from schemas.workflows.clock import Basis, Name
from schemas.working_days import CountedDay, WorkingCalendar

_DECEMBER = 12


class Level(StrEnum):
    """Who has a duty to report."""

    SCHOOL = "school"
    COUNTY = "county"
    CITY = "city"
    PROVINCE = "province"


class ReportingDuty(CatalogueEntry):
    """One report that comes again.

    `begins_in`: the months on whose first day a period begins; it lasts until the next one begins.
    `working_days_after`: it is due on that working day after the period's last day; 0 is the last day itself.
    `due_basis`: what the day rests on; that there is such a report rests on `sources`.
    """

    id: Name
    level: Level
    name_zh: Text
    name_en: Text
    begins_in: Annotated[tuple[Annotated[int, Field(ge=1, le=_DECEMBER)], ...], Field(min_length=1)]
    working_days_after: Annotated[int, Field(ge=0, le=60)]
    due_basis: Basis
    sources: Annotated[tuple[LegalBasis, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if list(self.begins_in) != sorted(set(self.begins_in)):
            raise ValueError(f"{self.id}: the months stand in order and once")
        return self


class ReportingDuties(CatalogueEntry):
    """The duties of one region or of the whole country, from the school upwards."""

    region: Annotated[str, Field(pattern=r"^(?:00|[1-9][0-9](?:[0-9]{2}|[0-9]{4})?)$")]
    version: Annotated[int, Field(ge=1)]
    duties: Annotated[tuple[ReportingDuty, ...], Field(min_length=1, max_length=12)]


@dataclass(frozen=True, slots=True)
class Period:
    """What one report is about: the days from `first_on` to `last_on`, both counted."""

    first_on: date
    last_on: date

    def covers(self, on: date) -> bool:
        """Return whether a day lies in the period."""
        return self.first_on <= on <= self.last_on


@cache
def load_reporting_duties() -> tuple[ReportingDuty, ...]:
    """Return the duties of the package, from the school upwards.

    Raises:
        CatalogueError: a file is malformed, there is none for the whole country, or two duties have one id.
    """
    files = read_catalogue("dropouts/reporting_duties")
    packs = [validate_entry(ReportingDuties, name, content) for name, content in files]
    duties = next((pack.duties for pack in packs if pack.region == "00"), ())
    if not duties or len({one.id for one in duties}) != len(duties):
        raise CatalogueError("the duties to report of the whole country are missing, or one stands twice")
    return duties


def period_of(duty: ReportingDuty, on: date) -> Period:
    """Return the period of a duty that a day lies in."""
    begins = list(_begins(duty, on.year))
    first_on = max(begin for begin in begins if begin <= on)
    return Period(first_on, min(begin for begin in begins if begin > on) - timedelta(days=1))


def period_before(duty: ReportingDuty, period: Period) -> Period:
    """Return the period that ended before this one began."""
    return period_of(duty, period.first_on - timedelta(days=1))


def due_on(duty: ReportingDuty, period: Period, calendar: WorkingCalendar) -> CountedDay:
    """Return the day on which the report about a period is due; `provisional` where a year's notice is missing."""
    return calendar.add_working_days(period.last_on, duty.working_days_after)


def _begins(duty: ReportingDuty, year: int) -> Iterator[date]:
    """Yield the beginnings around a year, so that any of its days has one before it and one after it."""
    for one in (year - 1, year, year + 1):
        for month in duty.begins_in:
            yield date(one, month, 1)
