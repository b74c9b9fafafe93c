"""Citizen identity numbers (GB 11643-1999) as offices really write them, parsed strictly."""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Final

from stdnum import numdb

from schemas.check_digit import complete_citizen_id
from schemas.citizen_id_faults import CitizenIdError, CitizenIdFault
from schemas.codes import Sex

MAX_CELL_LENGTH: Final = 64
"""Longest text that is looked at, in characters; the longest true form has 22."""

EARLIEST_BIRTH_ON: Final = date(1900, 1, 1)

TEST_REGION_PREFIX: Final = "99"
"""No region code of GB/T 2260 begins with it: every synthetic number does."""

# Residents of Hong Kong, Macau and Taiwan (State Council order of 2018 on residence permits).
_RESIDENCE_PERMIT_REGIONS = frozenset({"810000", "820000", "830000"})
_EIGHTEEN = re.compile(r"[0-9]{17}[0-9X]")
_FIFTEEN = re.compile(r"[0-9]{15}")
_SCIENTIFIC = re.compile(r"[0-9](\.[0-9]+)?E\+?[0-9]{1,2}")
_DECIMAL = re.compile(r"([0-9]+)\.0+")
_STUDENT_NUMBER = re.compile(r"[GJL][0-9]{17}[0-9X]")
# The letters are compared after upper-casing: Latin O, I, L; Cyrillic O, Kha; Greek Omicron, Chi; times sign.
_LOOKALIKES = "OIL\u041e\u0425\u039f\u03a7\u00d7"
_WITH_LOOKALIKES = re.compile(f"[0-9X{_LOOKALIKES}]+")
_DIGITS_AND_X = re.compile(r"[0-9]+X?")
_APOSTROPHES = "'`\u2018\u2019"
_INVISIBLE = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf"})


@dataclass(frozen=True, slots=True)
class CitizenId:
    """A valid 18-character number; made by `parse_citizen_id` alone. Its repr shows nothing of it."""

    text: str = field(repr=False)
    upgraded_from_15: bool = field(default=False, compare=False)

    @property
    def core15(self) -> str:
        """Digits 1-6 and 9-17: what the 15- and the 18-digit form of one number have in common."""
        return self.text[:6] + self.text[8:17]

    @property
    def birth_on(self) -> date:
        """The birth date in the number."""
        return date(int(self.text[6:10]), int(self.text[10:12]), int(self.text[12:14]))

    @property
    def sex(self) -> Sex:
        """Male if the sequence number is odd (GB 11643-1999, 4.3)."""
        return Sex.MALE if int(self.text[16]) % 2 else Sex.FEMALE

    @property
    def region6(self) -> str:
        """County of the first registration, which need not be where the person lives now."""
        return self.text[:6]


def parse_citizen_id(text: str | float | None, *, allow_test_regions: bool = False, today: date) -> CitizenId:
    """Return the citizen ID in one cell of a ledger.

    Takes 18 characters, the old 15 digits, or a student number `G` + 18. Full-width forms, lower case,
    blanks and a leading apostrophe are put right; anything else that is wrong is named, never guessed.

    Args:
        text: the cell; a number is always refused, since a spreadsheet keeps 15 digits of it.
        allow_test_regions: take the never-issued regions 99xxxx. For tests and the demo.
        today: no birth date may be later.

    Raises:
        CitizenIdError: with a `CitizenIdFault` as code.
    """
    if isinstance(text, int | float):
        raise CitizenIdError(_fault_of_number(text))
    cleaned = clean_number_text(text)
    if _STUDENT_NUMBER.fullmatch(cleaned):
        if cleaned[0] != "G":
            raise CitizenIdError(CitizenIdFault.TEMPORARY_STUDENT_NUMBER)
        cleaned = cleaned[1:]
    if _EIGHTEEN.fullmatch(cleaned):
        found = _check_eighteen(cleaned)
    elif _FIFTEEN.fullmatch(cleaned):
        found = CitizenId(complete_citizen_id(f"{cleaned[:6]}19{cleaned[6:]}"), upgraded_from_15=True)
    else:
        raise CitizenIdError(_fault_of_shape(cleaned))
    _check_birth_date(found, today)
    _check_region(found.region6, allow_test_regions=allow_test_regions)
    return found


def read_in_this_century(number: CitizenId, today: date) -> CitizenId | None:
    """Return a number that was written in 15 digits, which leave the century out, as one of somebody born since 2000.

    None for a number of 18 characters, and where no day up to today has that date.
    """
    if not number.upgraded_from_15:
        return None
    later = CitizenId(complete_citizen_id(f"{number.text[:6]}20{number.text[8:17]}"), upgraded_from_15=True)
    try:
        _check_birth_date(later, today)
    except CitizenIdError:
        return None
    return later


def clean_number_text(text: str | None) -> str:
    """Return the cell in NFKC and upper case without blanks, invisible characters and a leading apostrophe.

    Raises:
        CitizenIdError: empty, or longer than `MAX_CELL_LENGTH`.
    """
    if text is None:
        raise CitizenIdError(CitizenIdFault.EMPTY)
    if len(text) > MAX_CELL_LENGTH:
        raise CitizenIdError(CitizenIdFault.WRONG_LENGTH)
    normal = unicodedata.normalize("NFKC", text).upper()
    if not normal.isalnum():
        normal = "".join(c for c in normal if unicodedata.category(c) not in _INVISIBLE).lstrip(_APOSTROPHES)
    if not normal:
        raise CitizenIdError(CitizenIdFault.EMPTY)
    return normal


def _check_eighteen(cleaned: str) -> CitizenId:
    if complete_citizen_id(cleaned[:17]) != cleaned:
        damaged = cleaned.endswith("000")
        raise CitizenIdError(CitizenIdFault.DAMAGED_BY_SPREADSHEET if damaged else CitizenIdFault.WRONG_CHECK_DIGIT)
    return CitizenId(cleaned)


def _check_birth_date(found: CitizenId, today: date) -> None:
    try:
        birth_on = found.birth_on
    except ValueError:
        raise CitizenIdError(CitizenIdFault.INVALID_DATE) from None
    if not EARLIEST_BIRTH_ON <= birth_on <= today:
        raise CitizenIdError(CitizenIdFault.INVALID_DATE)


def _check_region(region6: str, *, allow_test_regions: bool) -> None:
    if region6.startswith(TEST_REGION_PREFIX):
        known = allow_test_regions
    else:
        known = region6 in _RESIDENCE_PERMIT_REGIONS or _was_issued(region6)
    if not known:
        raise CitizenIdError(CitizenIdFault.UNKNOWN_REGION)


@lru_cache(maxsize=8192)
def _was_issued(region6: str) -> bool:
    # The years in the table are not compared: a child may be registered long after birth, under a newer code.
    return any("county" in properties for _, properties in numdb.get("cn/loc").info(region6))


def _fault_of_shape(cleaned: str) -> CitizenIdFault:
    if _SCIENTIFIC.fullmatch(cleaned):
        return CitizenIdFault.DAMAGED_BY_SPREADSHEET
    if decimal := _DECIMAL.fullmatch(cleaned):
        return _fault_of_number(float(decimal[1]))
    if _WITH_LOOKALIKES.fullmatch(cleaned) and any(c in _LOOKALIKES for c in cleaned):
        return CitizenIdFault.LOOKALIKE_CHARACTER
    return CitizenIdFault.WRONG_LENGTH if _DIGITS_AND_X.fullmatch(cleaned) else CitizenIdFault.WRONG_CHARACTER


def _fault_of_number(number: float) -> CitizenIdFault:
    """Say what became of an ID number that arrives as a number: intact, rounded, or never one."""
    if number != number:  # noqa: PLR0124 - only "not a number", the empty cell of a data frame, differs from itself
        return CitizenIdFault.EMPTY
    if isinstance(number, bool) or number < 0 or number % 1:
        return CitizenIdFault.WRONG_CHARACTER
    if 10**14 <= number < 10**15:
        return CitizenIdFault.STORED_AS_NUMBER
    if not 10**17 <= number < 10**18:
        return CitizenIdFault.WRONG_LENGTH
    rounded = isinstance(number, float) or number % 1000 == 0
    return CitizenIdFault.DAMAGED_BY_SPREADSHEET if rounded else CitizenIdFault.STORED_AS_NUMBER
