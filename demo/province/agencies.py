"""Which agency holds which child, and what it holds: four overlapping parts of one province."""

import random
from datetime import date
from enum import StrEnum
from typing import Final

from demo.province.ages import IN_DIFFICULTY, OTHERS, share_born_by
from demo.province.births import IN_DIFFICULTY_SHARE
from demo.province.certificates import draw_certificate
from demo.province.children_register import draw_children_record
from demo.province.household_register import draw_household_record
from demo.province.households import UNREGISTERED
from demo.province.people import Child, Household
from demo.province.record import Record
from demo.province.schooling import school_year_of
from demo.province.student_register import draw_student_record


class Agency(StrEnum):
    """The four agencies; the value is the agency's folder."""

    CIVIL_AFFAIRS = "civil_affairs"
    EDUCATION = "education"
    PUBLIC_SECURITY = "public_security"
    DISABLED_FEDERATION = "disabled_federation"


EDUCATION_SHARE: Final = 0.58
"""Share of all children, of whom the younger ones can't be held."""

PUBLIC_SECURITY_SHARE: Final = 0.60
"""Share of all children, of whom the unregistered can't be held."""


class Agencies:
    """Decides who holds a child and counts what each agency holds."""

    def __init__(self, today: date) -> None:
        self.counts = dict.fromkeys(Agency, 0)
        self._today = today
        self._last_school_birth_on = school_year_of(today).entry_cutoff_on
        self._education = min(1.0, EDUCATION_SHARE / _share_old_enough(self._last_school_birth_on, today))

    def draw_records(self, child: Child, household: Household, rng: random.Random) -> dict[Agency, Record]:
        """Return what each agency holds about `child`; an agency that holds nothing is absent."""
        records: dict[Agency, Record] = {}
        if child.in_difficulty:
            serial = self._next(Agency.CIVIL_AFFAIRS)
            records[Agency.CIVIL_AFFAIRS] = draw_children_record(child, household, serial, self._today, rng)
        if child.born_on <= self._last_school_birth_on and rng.random() < self._education:
            serial = self._next(Agency.EDUCATION)
            records[Agency.EDUCATION] = draw_student_record(child, household, serial, self._today, rng)
        if child.citizen_id is not None and rng.random() < PUBLIC_SECURITY_SHARE / (1 - UNREGISTERED):
            serial = self._next(Agency.PUBLIC_SECURITY)
            records[Agency.PUBLIC_SECURITY] = draw_household_record(child, household, serial, self._today, rng)
        if child.disability is not None:
            self._next(Agency.DISABLED_FEDERATION)
            certificate = draw_certificate(child, household, child.disability, self._today, rng)
            records[Agency.DISABLED_FEDERATION] = certificate
        return records

    def _next(self, agency: Agency) -> int:
        self.counts[agency] += 1
        return self.counts[agency]


def _share_old_enough(last_on: date, today: date) -> float:
    in_difficulty = IN_DIFFICULTY_SHARE * share_born_by(last_on, today, IN_DIFFICULTY)
    return in_difficulty + (1 - IN_DIFFICULTY_SHARE) * share_born_by(last_on, today, OTHERS)
