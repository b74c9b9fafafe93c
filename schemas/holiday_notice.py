"""One year's arrangement of holidays and make-up working days, as the State Council's notice publishes it."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from schemas.catalogue_entry import CatalogueEntry, Text
from schemas.parse_catalogue import parse_catalogue

MAX_NOTICE_BYTES: Final = 16_384
"""Largest file of a notice that is read."""

MAX_DAYS_OFF: Final = 60
_SATURDAY: Final = 5


class Holiday(CatalogueEntry):
    """A run of days off, both ends included."""

    zh: Text
    en: Text
    first_on: date
    last_on: date

    def days(self) -> Iterator[date]:
        """Yield every day of it."""
        for number in range((self.last_on - self.first_on).days + 1):
            yield self.first_on + timedelta(days=number)


class HolidayNotice(CatalogueEntry):
    """The notice for one year: its days off, and the Saturdays and Sundays that are worked (调休上班)."""

    year: Annotated[int, Field(ge=2000, le=2100)]
    notice: Text
    number: Text
    issued_on: date
    holidays: Annotated[tuple[Holiday, ...], Field(min_length=1, max_length=12)]
    make_up_days: Annotated[tuple[date, ...], Field(max_length=20)]

    @model_validator(mode="after")
    def _sound(self) -> Self:
        for holiday in self.holidays:
            if not 0 <= (holiday.last_on - holiday.first_on).days < MAX_DAYS_OFF:
                raise ValueError(f"{self.year}: a holiday ends before it begins, or never")
        days_off = [day for holiday in self.holidays for day in holiday.days()]
        if len(set(days_off)) != len(days_off) or len(set(self.make_up_days)) != len(self.make_up_days):
            raise ValueError(f"{self.year}: a day stands twice")
        if not all(self._covers(day) for day in (*days_off, *self.make_up_days)):
            raise ValueError(f"{self.year}: a day lies in another year")
        if not set(days_off).isdisjoint(self.make_up_days):
            raise ValueError(f"{self.year}: a day is off and worked")
        if any(day.weekday() < _SATURDAY for day in self.make_up_days):
            raise ValueError(f"{self.year}: a make-up working day is no Saturday or Sunday")
        return self

    def _covers(self, day: date) -> bool:
        # The holiday around New Year may begin in the December before (as in 2023).
        return day.year == self.year or (day.year == self.year - 1 and day.month == 12)


def parse_holiday_notice(file: bytes) -> HolidayNotice:
    """Return the notice in an agency's own YAML file, in the form of those in `schemas/holidays/`.

    Raises:
        CatalogueError: too large, not YAML, or not a sound notice.
    """
    return parse_catalogue(HolidayNotice, file, MAX_NOTICE_BYTES)
