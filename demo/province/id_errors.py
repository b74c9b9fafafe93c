"""What goes wrong with identity numbers: each error is one function of a number of 18 characters.

The first two digits are never touched, so that every damaged number still has a region code never issued.
"""

import random
from collections.abc import Callable
from typing import Final

IdError = Callable[[str, random.Random], str]

_FIRST_TOUCHED = 2
_DIGITS = "0123456789"
_FULL_WIDTH = str.maketrans("0123456789Xx", "０１２３４５６７８９Ｘｘ")

LOWER_CASE_X: Final = 0.30
"""Share of the numbers that end in X."""

FULL_WIDTH: Final = 0.006
BLANKS: Final = 0.02


def wrong_digit(number: str, rng: random.Random) -> str:
    """Put another digit in the place of one of the first 17."""
    at = rng.randrange(_FIRST_TOUCHED, 17)
    other = rng.choice([digit for digit in _DIGITS if digit != number[at]])
    return number[:at] + other + number[at + 1 :]


def transposed_digits(number: str, rng: random.Random) -> str:
    """Swap two neighbours that differ."""
    places = [at for at in range(_FIRST_TOUCHED, 17) if number[at] != number[at + 1]]
    at = rng.choice(places)
    return number[:at] + number[at + 1] + number[at] + number[at + 2 :]


def dropped_digit(number: str, rng: random.Random) -> str:
    """Leave one digit out."""
    at = rng.randrange(_FIRST_TOUCHED, 18)
    return number[:at] + number[at + 1 :]


def fifteen_digits(number: str, _rng: random.Random) -> str:
    """Write the number in the old form: no century, no check digit."""
    return number[:6] + number[8:17]


ID_ERRORS: Final[tuple[tuple[float, IdError], ...]] = (
    (0.012, wrong_digit),
    (0.008, transposed_digits),
    (0.004, dropped_digit),
    (0.003, fifteen_digits),
)
"""Share of the recorded numbers of children with each error."""

GUARDIAN_ID_ERRORS: Final[tuple[tuple[float, IdError], ...]] = (
    (0.012, wrong_digit),
    (0.008, transposed_digits),
    (0.004, dropped_digit),
    (0.018, fifteen_digits),
)
"""The same for guardians, of whom many got a number of 15 digits at birth."""


def type_carelessly(number: str, rng: random.Random, scale: float) -> str:
    """Return the same number in lower case, in full width or with blanks, as people and programs write it."""
    if number.endswith("X") and rng.random() < LOWER_CASE_X * scale:
        number = number.lower()
    if rng.random() < FULL_WIDTH * scale:
        number = number.translate(_FULL_WIDTH)
    if rng.random() < BLANKS * scale:
        number = rng.choice([f" {number}", f"{number} ", f"{number[:6]} {number[6:14]} {number[14:]}"])
    return number
