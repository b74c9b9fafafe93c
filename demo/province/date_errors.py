"""What goes wrong with birth dates: each error is one function; the result is a real date up to today."""

import random
from collections.abc import Callable
from datetime import date
from typing import Final

DateError = Callable[[date, date, random.Random], date]
"""Takes the true date, today and the random source."""

LUNAR_IN_FILE: Final = 0.5
"""Share of an agency's records on lunar families that hold the lunar date."""

_OLDEST_YEARS = 20
_MAX_TRIES = 30
_SWAPPABLE = 0.365
"""Share of days that can be swapped with the month: day up to 12 and not equal to it."""


def first_of_january(born_on: date, _today: date, _rng: random.Random) -> date:
    """Fill in 1 January, as programs do when only the year is known."""
    return born_on.replace(month=1, day=1)


def swapped_day_and_month(born_on: date, today: date, _rng: random.Random) -> date:
    """Swap day and month where that gives a date."""
    if born_on.day > 12:
        return born_on
    swapped = born_on.replace(month=born_on.day, day=born_on.month)
    return swapped if swapped <= today else born_on


def one_digit(born_on: date, today: date, rng: random.Random) -> date:
    """Put another digit in one place of the year's last two digits, the month or the day."""
    text = born_on.strftime("%Y%m%d")
    for _ in range(_MAX_TRIES):
        at = rng.randrange(2, 8)
        changed = _as_date(f"{text[:at]}{rng.randrange(10)}{text[at + 1 :]}")
        if changed not in {None, born_on} and _is_plausible(changed, today):
            return changed
    return born_on


def neighbouring_year(born_on: date, today: date, rng: random.Random) -> date:
    """Take the year before or after; 29 February becomes the 28th."""
    year = born_on.year + rng.choice((-1, 1))
    day = 28 if (born_on.month, born_on.day) == (2, 29) else born_on.day
    moved = date(year, born_on.month, day)
    return moved if moved <= today else date(born_on.year - 1, born_on.month, day)


DATE_ERRORS: Final[tuple[tuple[float, DateError], ...]] = (
    (0.025, first_of_january),
    (0.010 / _SWAPPABLE, swapped_day_and_month),
    (0.015, one_digit),
    (0.010, neighbouring_year),
)
"""Share of records with each error; a swap shows in those alone that can be swapped."""


def _as_date(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def _is_plausible(born_on: date | None, today: date) -> bool:
    return born_on is not None and today.year - _OLDEST_YEARS <= born_on.year and born_on <= today
