"""Civil affairs' register of children in difficulty, as rows of an office's ledger."""

import random
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from demo.province.date_forms import written_date, written_month
from demo.province.people import Adult, Child, Household
from demo.province.record import Cell, Record
from demo.province.schooling import LAST_COMPULSORY_GRADE, LAST_PRIMARY_GRADE, school_year_of
from demo.province.sightings import Office, observe
from schemas.identity import age_in_years
from schemas.regions import county_of

OFFICE: Final = Office(id_missing=0.17)

HOLDS_FORMER_HUKOU: Final = 0.5
"""Share of the records on families that have moved."""

CATEGORY_SHARES: Final = {
    "孤儿": 0.05,
    "事实无人抚养儿童": 0.08,
    "特困儿童": 0.04,
    "低保家庭儿童": 0.22,
    "重病儿童": 0.04,
    "监护缺失或不当": 0.06,
}

PROGRAMMES: Final = {
    "孤儿": "儿童基本生活费",
    "事实无人抚养儿童": "儿童基本生活费",
    "特困儿童": "特困供养",
    "低保家庭儿童": "最低生活保障",
}
"""What is paid for a child of a category; of several, for the first."""

NO_PROGRAMME: Final = "无"

_PROTECTED: Final = "监护缺失或不当"
"""Where such a child lives is told to nobody."""

DISABILITY_KNOWN: Final = 0.85
"""Share of the certificate holders whom civil affairs has down as disabled."""

DISABILITY_WITHOUT_CERTIFICATE: Final = 0.05
"""Share of the other children whom civil affairs has down as disabled."""

LEFT_BEHIND_UNTIL_AGE: Final = 16
DEATH_NOTED: Final = 0.5
MOVE_NOTED: Final = 0.1
FILE_CLOSED: Final = 0.02
DROPPED_OUT: Final = 0.01
DAMAGED_BY_SPREADSHEET: Final = 0.004
_EIGHTEEN_DIGITS = re.compile(r"[0-9]{18}")
_MAX_DAYS_ON_FILE = 6 * 365
_MAX_DAYS_SINCE_VISIT = 180


@dataclass(frozen=True, slots=True)
class _Age:
    years: int
    grade: int


def draw_children_record(child: Child, household: Household, serial: int, today: date, rng: random.Random) -> Record:
    """Return what civil affairs holds about `child`; `serial` numbers the files."""
    sighting, guardian = observe(child, household, _choose_guardian(household, rng), OFFICE, today, rng)
    home = household.home
    hukou = home.former_hukou if rng.random() < HOLDS_FORMER_HUKOU else home.hukou
    age = _Age(age_in_years(child.born_on, today), school_year_of(today).grade_of(child.born_on))
    categories = _draw_categories(child, household, age, rng)
    since = _days_before(today, min(_MAX_DAYS_ON_FILE, (today - child.born_on).days), rng)
    programme = next((PROGRAMMES[category] for category in categories if category in PROGRAMMES), NO_PROGRAMME)
    return {
        "case_no": f"{county_of(home.residence)}-{since.year}-{serial:06d}",
        "name": sighting.name,
        "sex": sighting.sex,
        "birth_date": written_date(sighting.born_on, rng),
        "citizen_id": _as_stored(sighting.citizen_id, rng),
        "hukou_region": hukou,
        "residence_region": home.residence,
        "category": "、".join(categories),
        "category_since": written_month(since, rng),
        "study_status": _draw_study_status(age, rng),
        "benefit_programme": programme,
        "benefit_since": None if programme == NO_PROGRAMME else f"{since:%Y-%m}",
        "guardian_name": guardian.name,
        "guardian_relation": guardian.relation,
        "guardian_id": guardian.citizen_id,
        "guardian_phone": guardian.phone,
        "caregiver_relation": "祖父母" if household.is_left_behind else "父母",
        "address_protected": "是" if _PROTECTED in categories else "否",
        "case_status": _draw_case_status(child, household, categories, age, rng),
        "last_visit": written_date(_days_before(today, _MAX_DAYS_SINCE_VISIT, rng), rng),
    }


def _as_stored(number: str | None, rng: random.Random) -> Cell:
    """Return the ID number as the ledger stores it: now and then as a number, of which 15 digits are left."""
    if number is None or not _EIGHTEEN_DIGITS.fullmatch(number) or rng.random() >= DAMAGED_BY_SPREADSHEET:
        return number
    return int(f"{number[:15]}000")


def _choose_guardian(household: Household, rng: random.Random) -> Adult | None:
    """Return the grandmother of a left-behind child, else one of the parents."""
    if household.is_left_behind:
        return household.grandmother
    return rng.choice((household.father, household.mother))


def _draw_categories(child: Child, household: Household, age: _Age, rng: random.Random) -> list[str]:
    categories = [category for category, share in CATEGORY_SHARES.items() if rng.random() < share]
    if rng.random() < (DISABILITY_WITHOUT_CERTIFICATE if child.disability is None else DISABILITY_KNOWN):
        categories.append("残疾儿童")
    if household.father is None:
        categories.append("流浪乞讨或身份不明")
    if household.is_left_behind and (age.years < LEFT_BEHIND_UNTIL_AGE or not categories):
        categories.append("农村留守儿童")
    if household.home.residence != household.home.hukou:
        categories.append("流动儿童")
    return categories or ["低保边缘家庭儿童"]


def _draw_study_status(age: _Age, rng: random.Random) -> str:
    if age.grade < 1:
        return "幼儿园" if age.years >= 3 else "未入园"
    if rng.random() < DROPPED_OUT:
        return "辍学"
    if age.grade <= LAST_PRIMARY_GRADE:
        return "小学"
    if age.grade <= LAST_COMPULSORY_GRADE:
        return "初中"
    return rng.choice(("高中", "中职"))


def _draw_case_status(child: Child, household: Household, categories: list[str], age: _Age, rng: random.Random) -> str:
    if child.died_on is not None and rng.random() < DEATH_NOTED:
        return "死亡"
    if categories == ["农村留守儿童"] and age.years >= LEFT_BEHIND_UNTIL_AGE:
        return "年满退出"
    if household.home.has_moved and rng.random() < MOVE_NOTED:
        return "迁出"
    return "终止" if rng.random() < FILE_CLOSED else "在册"


def _days_before(today: date, at_most: int, rng: random.Random) -> date:
    return today - timedelta(days=rng.randint(0, at_most))
