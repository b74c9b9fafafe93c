"""Repair of citizen identity numbers: which valid numbers could one slip of the hand have turned into the one held.

Part of key set G, version 1. A repaired number is weaker evidence than one that is held: its keys are flagged.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from schemas.check_digit import complete_citizen_id
from schemas.citizen_id import CitizenId, clean_number_text, parse_citizen_id
from schemas.citizen_id_faults import CitizenIdError
from schemas.codes import Sex

MAX_REPAIRED: Final = 6
"""So many numbers may remain; more say too little about which one was meant."""

_ID_LENGTH: Final = 18
_DAMAGED = re.compile(r"G?([0-9]{16,17}[0-9X])")
_DAMAGED_CERT = re.compile(r"([0-9]{16,17}[0-9X])[1-7][1-4](B[1-9])?")
# What a spreadsheet leaves of a number has lost three digits, which is more than a slip.
_LOST_IN_SPREADSHEET: Final = "000"
_DIGITS: Final = "0123456789"


@dataclass(frozen=True, slots=True)
class DamagedCitizenId:
    """A number of 18 characters with a wrong check digit, or of 17. Its repr shows nothing of it."""

    text: str = field(repr=False)


def find_damaged_citizen_id(cell: str | None) -> DamagedCitizenId | None:
    """Return the number in a cell if it is one that can be repaired; a student number's `G` may stand before it."""
    return _find(_DAMAGED, cell)


def find_damaged_cert_no(cell: str | None) -> DamagedCitizenId | None:
    """Return the same for the citizen ID in a disability certificate number."""
    return _find(_DAMAGED_CERT, cell)


def _find(shape: re.Pattern[str], cell: str | None) -> DamagedCitizenId | None:
    try:
        found = shape.fullmatch(clean_number_text(cell))
    except CitizenIdError:
        return None
    if found is None or found[1].endswith(_LOST_IN_SPREADSHEET) or _has_right_check_digit(found[1]):
        return None
    return DamagedCitizenId(found[1])


def repair_citizen_id(
    damaged: DamagedCitizenId, *, birth_on: date, sex: Sex | None, allow_test_regions: bool = False, today: date
) -> tuple[CitizenId, ...]:
    """Return in order the valid numbers of a known region that one slip turns into the damaged one.

    A slip is a wrong digit or two neighbours swapped, in 18 characters; a digit left out, where there are 17.

    Args:
        damaged: the number as held.
        birth_on: the birth date that the record declares beside it; a repaired number holds the same.
        sex: the declared sex, which it has too; None where none is declared.
        allow_test_regions: as in `parse_citizen_id`.
        today: as in `parse_citizen_id`.

    Returns:
        None to `MAX_REPAIRED` numbers; none as well if more would fit.
    """
    birth_digits = birth_on.isoformat().replace("-", "")
    repaired: dict[str, CitizenId] = {}
    for text in set(_one_slip_before(damaged.text)):
        if text[6:14] != birth_digits or not _has_right_check_digit(text):
            continue
        try:
            number = parse_citizen_id(text, allow_test_regions=allow_test_regions, today=today)
        except CitizenIdError:
            continue
        if sex in {None, number.sex}:
            repaired[text] = number
    return tuple(repaired[text] for text in sorted(repaired)) if len(repaired) <= MAX_REPAIRED else ()


def _one_slip_before(text: str) -> Iterator[str]:
    if len(text) < _ID_LENGTH:
        yield from _with_one_more(text)
    else:
        yield from _with_another_digit(text)
        yield from _with_neighbours_swapped(text)


def _with_another_digit(text: str) -> Iterator[str]:
    for at, old in enumerate(text):
        yield from (text[:at] + digit + text[at + 1 :] for digit in _characters_at(at) if digit != old)


def _with_neighbours_swapped(text: str) -> Iterator[str]:
    for at in range(_ID_LENGTH - 1):
        yield text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def _with_one_more(text: str) -> Iterator[str]:
    for at in range(_ID_LENGTH):
        yield from (text[:at] + digit + text[at:] for digit in _characters_at(at))


def _characters_at(at: int) -> str:
    return _DIGITS + "X" if at == _ID_LENGTH - 1 else _DIGITS


def _has_right_check_digit(text: str) -> bool:
    return len(text) == _ID_LENGTH and text[:-1].isdecimal() and complete_citizen_id(text[:-1]) == text
