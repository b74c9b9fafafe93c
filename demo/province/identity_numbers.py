"""Hands out citizen identity numbers (GB 11643-1999): every one once, with a valid check digit."""

from array import array
from datetime import date
from typing import Final

from schemas.check_digit import complete_citizen_id

NUMBERS_PER_DAY: Final = 500
"""Sequence numbers of one sex in one county on one day."""

_FIRST_DAY = date(1920, 1, 1).toordinal()
_DAYS = date(2100, 1, 1).toordinal() - _FIRST_DAY
# Coprime to 500, so that the numbers of one day are spread and none comes twice.
_STEP = 317


class ProvinceTooLargeError(ValueError):
    """A county has more births on one day than there are identity numbers."""


class NumberOffice:
    """Counts what it has handed out: a fixed 260 KB a county, however many people there are."""

    def __init__(self) -> None:
        self._issued: dict[str, array[int]] = {}

    def issue(self, county: str, born_on: date, sex: str) -> str:
        """Return a new number of 18 characters; `sex` is 男 or 女.

        Raises:
            ProvinceTooLargeError: no number is left for that day.
        """
        if county not in self._issued:
            self._issued[county] = array("H", bytes(4 * _DAYS))
        counts = self._issued[county]
        is_male = sex == "男"
        day = born_on.toordinal() - _FIRST_DAY
        slot = 2 * day + is_male
        count = counts[slot]
        if count >= NUMBERS_PER_DAY:
            raise ProvinceTooLargeError(f"county {county} has no identity number left for one day")
        counts[slot] = count + 1
        sequence = 2 * ((count * _STEP + day) % NUMBERS_PER_DAY) + is_male
        return complete_citizen_id(f"{county}{born_on:%Y%m%d}{sequence:03d}")
