"""What one agency wrote down about who a child is, with the errors of its office."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from demo.province.adults import draw_old_phone
from demo.province.date_errors import DATE_ERRORS, LUNAR_IN_FILE
from demo.province.error_table import draw_error
from demo.province.id_errors import GUARDIAN_ID_ERRORS, ID_ERRORS, IdError, type_carelessly
from demo.province.lunar import as_lunar_date
from demo.province.name_errors import ADULTS_NAME_ERRORS, NAME_ERRORS, Misspelling, vary_middle_dot
from demo.province.people import Adult, Child, Household, Name, Sex

HOLDS_FORMER_NAME: Final = 0.5
"""Share of the records on renamed children."""

GUARDIANS_ID_IN_CHILDS_FIELD: Final = 0.007

GUARDIAN_NAME_MISSING: Final = 0.04
GUARDIAN_ID_MISSING: Final = 0.33
GUARDIAN_PHONE_MISSING: Final = 0.30
PHONE_DIFFERS: Final = 0.30


@dataclass(frozen=True, slots=True)
class Office:
    """How carefully an agency records: shares of registered children without ID, and errors against the usual."""

    id_missing: float
    error_scale: float = 1.0


@dataclass(frozen=True, slots=True, repr=False)
class Sighting:
    """A child's identity as recorded; `citizen_id` is None when the field is empty."""

    name: str
    sex: Sex
    born_on: date
    citizen_id: str | None


@dataclass(frozen=True, slots=True, repr=False)
class GuardianSighting:
    """A guardian as recorded; None where a field is empty."""

    name: str | None
    relation: str | None
    citizen_id: str | None
    phone: str | None


NO_GUARDIAN: Final = GuardianSighting(None, None, None, None)


def observe(
    child: Child, household: Household, guardian: Adult | None, office: Office, today: date, rng: random.Random
) -> tuple[Sighting, GuardianSighting]:
    """Return what `office` holds about `child` and about the adult whom it takes for the guardian."""
    seen = Sighting(
        _observe_childs_name(child, office.error_scale, rng),
        child.sex,
        _observe_birth(child, household, office.error_scale, today, rng),
        _observe_childs_id(child, guardian, office, rng),
    )
    return seen, NO_GUARDIAN if guardian is None else _observe_guardian(household, guardian, office.error_scale, rng)


def _observe_guardian(household: Household, guardian: Adult, scale: float, rng: random.Random) -> GuardianSighting:
    is_named = rng.random() >= GUARDIAN_NAME_MISSING
    has_number = rng.random() >= GUARDIAN_ID_MISSING
    has_phone = rng.random() >= GUARDIAN_PHONE_MISSING
    return GuardianSighting(
        _write_name(guardian.name, ADULTS_NAME_ERRORS, scale, rng) if is_named else None,
        guardian.relation,
        _write_number(guardian.citizen_id, GUARDIAN_ID_ERRORS, scale, rng) if has_number else None,
        _observe_phone(household, guardian, rng) if has_phone else None,
    )


def _observe_childs_name(child: Child, scale: float, rng: random.Random) -> str:
    name = child.name
    if child.former_name is not None and rng.random() < HOLDS_FORMER_NAME * scale:
        name = child.former_name
    return _write_name(name, NAME_ERRORS, scale, rng)


def _write_name(name: Name, errors: Sequence[tuple[float, Misspelling]], scale: float, rng: random.Random) -> str:
    misspell = draw_error(errors, scale, rng)
    return vary_middle_dot(misspell(name, rng) if misspell else name.text, rng, scale)


def _observe_birth(child: Child, household: Household, scale: float, today: date, rng: random.Random) -> date:
    if household.counts_in_lunar_dates and rng.random() < LUNAR_IN_FILE * scale:
        return as_lunar_date(child.born_on) or child.born_on
    mistake = draw_error(DATE_ERRORS, scale, rng)
    return mistake(child.born_on, today, rng) if mistake else child.born_on


def _observe_childs_id(child: Child, guardian: Adult | None, office: Office, rng: random.Random) -> str | None:
    if child.citizen_id is None or rng.random() < office.id_missing:
        return None
    if guardian is not None and rng.random() < GUARDIANS_ID_IN_CHILDS_FIELD * office.error_scale:
        return type_carelessly(guardian.citizen_id, rng, office.error_scale)
    return _write_number(child.citizen_id, ID_ERRORS, office.error_scale, rng)


def _write_number(number: str, errors: Sequence[tuple[float, IdError]], scale: float, rng: random.Random) -> str:
    damage = draw_error(errors, scale, rng)
    return type_carelessly(damage(number, rng) if damage else number, rng, scale)


def _observe_phone(household: Household, guardian: Adult, rng: random.Random) -> str:
    """Return the guardian's phone, another of the household's, or one given up long ago."""
    if rng.random() >= PHONE_DIFFERS:
        return guardian.phone
    others = [
        adult.phone
        for adult in (household.father, household.mother, household.grandmother)
        if adult is not None and adult is not guardian
    ]
    return rng.choice([*others, draw_old_phone(rng)])
