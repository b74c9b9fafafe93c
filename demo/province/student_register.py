"""Education's student register, as rows of a database table."""

import random
from datetime import date, timedelta
from typing import Final

from demo.province.people import Child, Household
from demo.province.record import Record
from demo.province.regions import COUNTY_NAMES
from demo.province.schooling import LAST_COMPULSORY_GRADE, LAST_PRIMARY_GRADE, grade_name, school_year_of
from demo.province.sightings import Office, observe
from schemas.citizen_id import clean_number_text
from schemas.regions import county_of

OFFICE: Final = Office(id_missing=0.13)

HOLDS_FORMER_HUKOU: Final = 0.5
SCHOOLS_PER_STAGE: Final = 20
DEATH_NOTED: Final = 0.7
STATUS_SHARES: Final = {
    "在读": 0.935,
    "休学": 0.012,
    "转出": 0.022,
    "辍学": 0.012,
    "毕业": 0.013,
    "其他离校": 0.006,
}
LEFT_BEHIND_KINDS: Final = {"0": 0.06, "1": 0.44, "2": 0.50}
"""What schools enter for left-behind children: not known, one parent away, both away."""

_NO_GUARDIAN_KINDS = {"0": 0.97, "1": 0.03}
_MAX_DAYS_SINCE_CONFIRMED = 240
_ID_LENGTH = 18
_TEMPORARY_NUMBERS = 10**4
_SCHOOL_NAMES = {"小学": "小学", "初中": "初级中学", "高中": "高级中学", "中职": "职业中学"}
_STAGE_DIGITS = {"小学": 1, "初中": 2, "高中": 3, "中职": 4}


def draw_student_record(child: Child, household: Household, serial: int, today: date, rng: random.Random) -> Record:
    """Return what education holds about `child`, who is old enough for school; `serial` numbers the rows."""
    sighting, guardian = observe(child, household, household.mother, OFFICE, today, rng)
    home = household.home
    hukou = home.former_hukou if rng.random() < HOLDS_FORMER_HUKOU else home.hukou
    grade = school_year_of(today).grade_of(child.born_on)
    stage = _draw_stage(grade, rng)
    school_region = county_of(home.residence)
    school = rng.randint(1, SCHOOLS_PER_STAGE)
    return {
        "row_id": serial,
        "student_no": _draw_student_no(sighting.citizen_id, sighting.born_on, county_of(hukou), rng),
        "name": sighting.name,
        "sex": "1" if sighting.sex == "男" else "2",
        "birth_date": sighting.born_on.isoformat(),
        "citizen_id": sighting.citizen_id,
        "hukou_region": county_of(hukou),
        "school_region": school_region,
        "school_code": f"9{_STAGE_DIGITS[stage]}{school_region}{school:02d}",
        "school_name": f"{COUNTY_NAMES[school_region]}第{school}{_SCHOOL_NAMES[stage]}",
        "grade": grade_name(grade),
        "stage": stage,
        "status": _draw_status(child, rng),
        "left_behind": _pick(LEFT_BEHIND_KINDS if household.is_left_behind else _NO_GUARDIAN_KINDS, rng),
        "guardian_name": guardian.name,
        "guardian_id": guardian.citizen_id,
        "guardian_phone": guardian.phone,
        "confirmed_on": (today - timedelta(days=rng.randint(0, _MAX_DAYS_SINCE_CONFIRMED))).isoformat(),
    }


def _draw_stage(grade: int, rng: random.Random) -> str:
    if grade <= LAST_PRIMARY_GRADE:
        return "小学"
    if grade <= LAST_COMPULSORY_GRADE:
        return "初中"
    return rng.choice(("高中", "中职"))


def _draw_status(child: Child, rng: random.Random) -> str:
    if child.died_on is not None and rng.random() < DEATH_NOTED:
        return "死亡"
    return _pick(STATUS_SHARES, rng)


def _draw_student_no(citizen_id: str | None, born_on: date, county: str, rng: random.Random) -> str:
    """Return G and the recorded ID number if it is complete, else a formal (J) or temporary (L) number."""
    number = "" if citizen_id is None else clean_number_text(citizen_id)
    if len(number) == _ID_LENGTH:
        return f"G{number}"
    return f"{rng.choice('JL')}{county}{born_on:%Y%m%d}{rng.randrange(_TEMPORARY_NUMBERS):04d}"


def _pick(shares: dict[str, float], rng: random.Random) -> str:
    return rng.choices(list(shares), list(shares.values()))[0]
