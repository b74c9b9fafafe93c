"""The disabled persons' federation's certificates (GB/T 26341-2010), as rows of a text file."""

import random
from datetime import date, timedelta
from typing import Final

from demo.province.ages import years_before
from demo.province.people import Child, Disability, Household
from demo.province.record import Record
from demo.province.sightings import Office, observe
from schemas.regions import county_of

OFFICE: Final = Office(id_missing=0.03)

HOLDS_FORMER_HUKOU: Final = 0.5
DEATH_NOTED: Final = 0.5
CANCELLED: Final = 0.02
FROZEN: Final = 0.03
FROZEN_WHEN_EXPIRED: Final = 0.4
VALID_YEARS: Final = 10
FUNDED_EVERY: Final = 3
"""One in so many was funded this year, by the month of issue; the others last year."""

_EXPIRED_DAYS = 2 * 365
_LEFT_DAYS = 9 * 365
_SHORTEST_YEARS = 1
_YOUNGEST_DAYS = 90


def draw_certificate(
    child: Child, household: Household, disability: Disability, today: date, rng: random.Random
) -> Record:
    """Return the certificate of `child`; its number is empty when the federation has no ID number."""
    parent = rng.choice((household.father, household.mother))
    sighting, guardian = observe(child, household, parent, OFFICE, today, rng)
    home = household.home
    issued_on, valid_until = _draw_validity(child.born_on, today, rng)
    number = sighting.citizen_id
    return {
        "cert_no": None if number is None else f"{number}{disability.disability_class}{disability.grade}",
        "name": sighting.name,
        "sex": sighting.sex,
        "birth_date": sighting.born_on.isoformat(),
        "region": county_of(home.former_hukou if rng.random() < HOLDS_FORMER_HUKOU else home.hukou),
        "disability_class": str(disability.disability_class),
        "disability_grade": str(disability.grade),
        "issued_on": issued_on.isoformat(),
        "valid_until": valid_until.isoformat(),
        "status": _draw_status(child, rng, is_expired=valid_until < today),
        "funded_year": str(today.year - 1 if issued_on.month % FUNDED_EVERY else today.year),
        "guardian_name": guardian.name,
        "guardian_id": guardian.citizen_id,
        "guardian_phone": guardian.phone,
    }


def _draw_validity(born_on: date, today: date, rng: random.Random) -> tuple[date, date]:
    """Return the days of issue and of expiry: ten years apart, less where the child was not born yet."""
    earliest_issue_on = born_on + timedelta(days=_YOUNGEST_DAYS)
    drawn = today + timedelta(days=rng.randint(-_EXPIRED_DAYS, _LEFT_DAYS))
    valid_until = max(drawn, years_before(earliest_issue_on, -_SHORTEST_YEARS))
    return min(max(years_before(valid_until, VALID_YEARS), earliest_issue_on), today), valid_until


def _draw_status(child: Child, rng: random.Random, *, is_expired: bool) -> str:
    if (child.died_on is not None and rng.random() < DEATH_NOTED) or rng.random() < CANCELLED:
        return "注销"
    return "冻结" if rng.random() < (FROZEN_WHEN_EXPIRED if is_expired else FROZEN) else "正常"
