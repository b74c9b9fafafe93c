"""The lunar calendar of the years in which today's children were born (GB/T 33661-2017), from a table."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from demo.province.data_files import read_lines


@dataclass(frozen=True, slots=True)
class _Month:
    first_day: int
    year: int
    number: int
    days: int


@lru_cache(maxsize=1)
def _months() -> tuple[_Month, ...]:
    months = []
    for line in read_lines("lunar_years.txt"):
        new_year_text, leap_month, lengths = line.split()
        new_year = date.fromisoformat(new_year_text)
        numbers = list(range(1, 13))
        if leap_month != "0":
            numbers.insert(int(leap_month), int(leap_month))
        day = new_year.toordinal()
        for number, length in zip(numbers, lengths, strict=True):
            months.append(_Month(day, new_year.year, number, 30 if length == "L" else 29))
            day += months[-1].days
    return tuple(months)


@lru_cache(maxsize=1)
def _first_days() -> tuple[int, ...]:
    return tuple(month.first_day for month in _months())


def as_lunar_date(on: date) -> date | None:
    """Return the lunar year, month and day of the day `on`, written as if they were a solar date.

    None for a day outside the table, and where there is no such solar date (30 February), which no form takes.
    """
    at = bisect_right(_first_days(), on.toordinal()) - 1
    if at < 0:
        return None
    month = _months()[at]
    day = on.toordinal() - month.first_day + 1
    if day > month.days:
        return None
    try:
        return date(month.year, month.number, day)
    except ValueError:
        return None
