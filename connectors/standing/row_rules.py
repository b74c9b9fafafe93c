"""Which rows of its roster a standing question asks about each time. Pure.

P12 asks about each beneficiary once, in the month before the one with the 18th birthday: benefits end from the month
after it, unless the child is still in full-time education (Social Assistance Law art. 16(3)).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

AGE: Final = 18
_MONTHS: Final = 12


class RowRule(StrEnum):
    """A rule."""

    ALL = "all"
    TURNING_18 = "turning_18"


_RULES: Final = {"P12": RowRule.TURNING_18}


def rule_of(purpose: str) -> RowRule:
    """Return the rule of a purpose."""
    return _RULES.get(purpose, RowRule.ALL)


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A month by its number since the year 0."""

    number: int

    @classmethod
    def of(cls, day: date) -> "Month":
        """Return the month of a day."""
        return cls(day.year * _MONTHS + day.month - 1)

    @classmethod
    def parse(cls, text: str) -> "Month":
        """Return the month of an ISO 8601 text such as 2026-11; raises ValueError."""
        return cls.of(date.fromisoformat(f"{text}-01"))

    def __str__(self) -> str:
        return f"{self.number // _MONTHS:04}-{self.number % _MONTHS + 1:02}"

    def plus(self, months: int) -> "Month":
        """Return the month so many months later."""
        return Month(self.number + months)


@dataclass(frozen=True, slots=True)
class BirthdayMonths:
    """The months whose 18th birthdays are asked about now, first and last.

    They begin after what was asked before, so that a run that was missed is made up for; at first, with this month.
    """

    first: Month
    last: Month

    @classmethod
    def due(cls, today: date, asked_through: Month | None) -> "BirthdayMonths":
        """Return the months that are due today."""
        this = Month.of(today)
        return cls(this if asked_through is None else asked_through.plus(1), this.plus(1))

    def has(self, birth_dates: Collection[date]) -> bool:
        """Return whether a child that may be born on one of these days turns 18 in these months.

        A child born on 29 February counts in February: its month is told, never a day that a year may lack.
        """
        return any(self.first <= Month.of(born).plus(AGE * _MONTHS) <= self.last for born in birth_dates)
