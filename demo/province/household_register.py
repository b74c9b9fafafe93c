"""Public security's household register, as rows of a database table. Children who were never registered are absent."""

import random
from datetime import date, timedelta
from typing import Final

from demo.province.people import Child, Home, Household
from demo.province.record import Record
from demo.province.sightings import Office, observe

OFFICE: Final = Office(id_missing=0.01, error_scale=1 / 3)

MOVED_AWAY_ENTRY: Final = 0.5
"""Share of the moved of whom the register holds the entry that was closed, not the one that was opened."""

DEATH_NOTED: Final = 0.8
CANCELLED_OTHERWISE: Final = 0.006
OTHER_REASONS: Final = ("出国(境)定居", "重复户口")
_MAX_DAYS_SINCE_CHANGE = 3 * 365
_MAX_DAYS_AFTER_DEATH = 60
# Coprime to 10**8: numbers of neighbours in the file don't follow one another.
_HOUSEHOLD_STEP = 48_271_403
_HOUSEHOLD_NUMBERS = 10**8


def draw_household_record(child: Child, household: Household, serial: int, today: date, rng: random.Random) -> Record:
    """Return what public security holds about `child`, whose birth is registered; `serial` numbers the rows."""
    sighting, guardian = observe(child, household, household.father, OFFICE, today, rng)
    status = _draw_status(child, household.home, today, rng)
    return {
        "person_id": serial,
        "citizen_id": sighting.citizen_id,
        "name": sighting.name,
        "sex": sighting.sex,
        "birth_date": sighting.born_on.isoformat(),
        "hukou_region": household.home.former_hukou if status["moved_to_region"] else household.home.hukou,
        "household_no": f"{household.number * _HOUSEHOLD_STEP % _HOUSEHOLD_NUMBERS:08d}",
        "guardian_name": guardian.name,
        "guardian_id": guardian.citizen_id,
        "guardian_phone": guardian.phone,
        **status,
    }


def _draw_status(child: Child, home: Home, today: date, rng: random.Random) -> Record:
    if child.died_on is not None and rng.random() < DEATH_NOTED:
        noted_on = min(child.died_on + timedelta(days=rng.randint(0, _MAX_DAYS_AFTER_DEATH)), today)
        return _status("注销", noted_on, cancel_reason="死亡")
    age_days = (today - child.born_on).days
    changed_on = today - timedelta(days=rng.randint(0, min(_MAX_DAYS_SINCE_CHANGE, age_days)))
    if home.has_moved and rng.random() < MOVED_AWAY_ENTRY:
        return _status("迁出", changed_on, moved_to_region=home.hukou)
    if rng.random() < CANCELLED_OTHERWISE:
        return _status("注销", changed_on, cancel_reason=rng.choice(OTHER_REASONS))
    return _status("在册", changed_on if home.has_moved else child.born_on)


def _status(
    status: str, status_on: date, *, moved_to_region: str | None = None, cancel_reason: str | None = None
) -> Record:
    return {
        "status": status,
        "status_on": status_on.isoformat(),
        "moved_to_region": moved_to_region,
        "cancel_reason": cancel_reason,
    }
