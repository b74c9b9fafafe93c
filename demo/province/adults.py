"""Draws father, mother and grandmother of a household, each with an identity number and a phone."""

import random
from dataclasses import dataclass
from datetime import date, timedelta

from demo.province.identity_numbers import NumberOffice
from demo.province.names import FamilyNames
from demo.province.people import Adult

_DAYS_A_YEAR = 365
_MOTHERS_AGE = (20, 38)
_FATHERS_LEAD = (-2, 8)
_GRANDMOTHERS_AGE = (20, 32)
_PHONES = 10**8
# Coprime to the number of phones, so that no two adults share one.
_PHONE_STEP = 73_687_879


@dataclass(frozen=True, slots=True, repr=False)
class Parents:
    """The three adults of a household."""

    father: Adult
    mother: Adult
    grandmother: Adult


def draw_parents(
    names: FamilyNames, oldest_on: date, county: str, household: int, numbers: NumberOffice, rng: random.Random
) -> Parents:
    """Return the adults of `household`, whose oldest child was born on `oldest_on`, registered in `county`."""
    mother_on = _earlier(oldest_on, rng.uniform(*_MOTHERS_AGE))
    father_on = _earlier(mother_on, rng.uniform(*_FATHERS_LEAD))
    grandmother_on = _earlier(father_on, rng.uniform(*_GRANDMOTHERS_AGE))
    father_number = numbers.issue(county, father_on, "男")
    mother_number = numbers.issue(county, mother_on, "女")
    grandmother_number = numbers.issue(county, grandmother_on, "女")
    return Parents(
        Adult("父亲", names.father(), father_number, _phone(3 * household)),
        Adult("母亲", names.mother(), mother_number, _phone(3 * household + 1)),
        Adult("祖母", names.grandmother(), grandmother_number, _phone(3 * household + 2)),
    )


def draw_old_phone(rng: random.Random) -> str:
    """Return a number that nobody of the province has now; 128 was never given to a mobile network."""
    return f"128{rng.randrange(_PHONES):08d}"


def _phone(serial: int) -> str:
    """Return a mobile number of 11 digits; 129 was never given to a mobile network."""
    return f"129{serial * _PHONE_STEP % _PHONES:08d}"


def _earlier(on: date, years: float) -> date:
    return on - timedelta(days=round(years * _DAYS_A_YEAR))
