"""Birth dates of children aged 0 to 17, in the age bands of the survey of rural left-behind children (2018)."""

import random
from dataclasses import dataclass
from datetime import date
from typing import Final


@dataclass(frozen=True, slots=True)
class AgeBand:
    """Completed years from `youngest` to `oldest` and the share of children in them."""

    youngest: int
    oldest: int
    share: float


IN_DIFFICULTY: Final = (AgeBand(0, 5, 0.217), AgeBand(6, 13, 0.674), AgeBand(14, 17, 0.109))
"""The survey's last band ends at 16; the seventeen-year-olds are counted in."""

OTHERS: Final = (AgeBand(0, 5, 6 / 18), AgeBand(6, 13, 8 / 18), AgeBand(14, 17, 4 / 18))


def draw_birth(rng: random.Random, today: date, bands: tuple[AgeBand, ...]) -> date:
    """Return a birth date of a child who is at most 17 years old on `today`."""
    band = rng.choices(bands, [band.share for band in bands])[0]
    first, last = _days_of(band, today)
    return date.fromordinal(rng.randint(first, last))


def share_born_by(last_on: date, today: date, bands: tuple[AgeBand, ...]) -> float:
    """Return the share of children who are born on or before `last_on`."""
    share = 0.0
    for band in bands:
        first, last = _days_of(band, today)
        days = min(max(last_on.toordinal() - first + 1, 0), last - first + 1)
        share += band.share * days / (last - first + 1)
    return share


def years_before(on: date, years: int) -> date:
    """Return the same day `years` earlier; 28 February for a 29 February that is not there."""
    try:
        return on.replace(year=on.year - years)
    except ValueError:
        return on.replace(year=on.year - years, day=28)


def _days_of(band: AgeBand, today: date) -> tuple[int, int]:
    first = years_before(today, band.oldest + 1).toordinal() + 1
    return first, years_before(today, band.youngest).toordinal()
