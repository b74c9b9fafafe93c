"""Made-up families and what the offices know of the parents, as the files that each of them would have."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import yaml

from demo.scenario.cast import COUNTY
from demo.scenario.parents_cast import COUNTY_WITHOUT_HEALTH, OFFICES
from schemas.agency_kinds import AgencyKind
from schemas.check_digit import complete_citizen_id

GROUNDS_MAPPING = "grounds.yaml"
FAMILIES_MAPPING = "families.yaml"
LONG_SINCE = "2020-01-15"

_GROUND_COLUMNS = {"citizen_id": "公民身份号码", "ground": "情形", "since": "起始日期"}
_FAMILY_COLUMNS = {
    "citizen_id": "公民身份号码",
    "name": "姓名",
    "hukou_region": "户籍地代码",
    "father_id": "父亲公民身份号码",
    "mother_id": "母亲公民身份号码",
}
_SURNAMES = "赵钱孙李周吴郑王冯陈"
_GIVEN = "安宁康乐平和顺喜春秋"

Grounds = Mapping[AgencyKind, Sequence[tuple[str, str]]]
"""By office: number and code of the ground."""


@dataclass(frozen=True, slots=True)
class Family:
    """A child with the numbers of its parents; the mother may be registered in another county."""

    name: str = field(repr=False)
    child: str = field(repr=False)
    father: str | None = field(repr=False)
    mother: str | None = field(repr=False)
    mothers_county: str = COUNTY


def make_families(count: int, mothers_counties: Sequence[str] = (COUNTY,)) -> list[Family]:
    """Return families whose numbers all differ, with mothers registered in these counties in turn."""
    families = []
    for place in range(count):
        father, mother = (_number(date(1980, 1, 1 + place // 400 % 28), 2 * (place % 400) + sex) for sex in (1, 0))
        families.append(
            Family(
                name=_SURNAMES[place % 10] + _GIVEN[place // 10 % 10] + _GIVEN[place // 100 % 10],
                child=_number(date(2015, 6, 1 + place // 400 % 28), 2 * (place % 400) + 1),
                father=father,
                mother=mother,
                mothers_county=mothers_counties[place % len(mothers_counties)],
            )
        )
    return families


def write_circle_data(folder: Path, families: Iterable[Family], grounds: Grounds) -> None:
    """Write each office's list, and public security's register, below `folder`, in a folder for each kind of office."""
    for seat in OFFICES:
        office = folder / seat.kind.value
        office.mkdir(parents=True, exist_ok=True)
        stated = [(number, code, LONG_SINCE) for number, code in grounds.get(seat.kind, ())]
        _write(office, GROUNDS_MAPPING, "parent_grounds", _GROUND_COLUMNS, stated)
    police = folder / AgencyKind.PUBLIC_SECURITY.value
    rows = [row for family in families for row in _rows_of(family)]
    _write(police, FAMILIES_MAPPING, "family_register", _FAMILY_COLUMNS, rows)


def write_roster(folder: Path, families: Iterable[Family]) -> Path:
    """Write the requester's roster of these families' children and return its mapping."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [(family.name, family.child, COUNTY) for family in families]
    columns = {"name": "姓名", "citizen_id": "公民身份号码", "hukou_region": "户籍地代码"}
    _write(folder, "roster.yaml", "query_roster", columns, rows)
    return folder / "roster.yaml"


def _rows_of(family: Family) -> list[tuple[str, ...]]:
    parents = ((family.father, "父", COUNTY), (family.mother, "母", family.mothers_county))
    adults = [(number, f"{family.name[0]}{name}", county, "", "") for number, name, county in parents if number]
    return [(family.child, family.name, COUNTY, family.father or "", family.mother or ""), *adults]


def _write(
    folder: Path, mapping_name: str, data_set: str, columns: Mapping[str, str], rows: Iterable[tuple[str, ...]]
) -> None:
    file = folder / mapping_name.replace(".yaml", ".csv")
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(columns.values())
        writer.writerows(rows)
    source = {"kind": "csv", "path": file.name, "encoding": "utf-8"}
    mapping = {"data_set": data_set, "source": source, "columns": dict(columns)}
    (folder / mapping_name).write_text(yaml.safe_dump(mapping, allow_unicode=True, sort_keys=False), encoding="utf-8")


def _number(born_on: date, sequence: int) -> str:
    return complete_citizen_id(f"{COUNTY}{born_on:%Y%m%d}{sequence:03d}")


STORY = make_families(5, (COUNTY, COUNTY, COUNTY, COUNTY_WITHOUT_HEALTH, COUNTY))
"""One child of each class, and one whose father nobody can name."""

STORY[4] = Family(STORY[4].name, STORY[4].child, None, STORY[4].mother)
STORY_GROUNDS: Grounds = {
    AgencyKind.PUBLIC_SECURITY: [(STORY[0].father or "", "D1"), (STORY[3].father or "", "D1")],
    AgencyKind.COURT: [(STORY[0].mother or "", "D1")],
    AgencyKind.JUSTICE: [(STORY[1].father or "", "C4"), (STORY[2].father or "", "C4")],
    AgencyKind.DISABLED_FEDERATION: [(STORY[1].mother or "", "C1"), (STORY[4].mother or "", "C1")],
}
