"""Rosters that officers would ask about, drawn from their own registers while the province is written."""

import heapq
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

from demo.province.agencies import Agency
from demo.province.csv_file import CsvWriter
from demo.province.people import Child
from demo.province.record import Record, text_of
from demo.province.regions import COUNTY_NAMES
from demo.province.roster_layouts import RosterLayout, dropout_ledger, guardian_roster, name_roster
from demo.province.workbook import LedgerWriter
from schemas.citizen_id import clean_number_text
from schemas.regions import county_of

ASKING_COUNTY: Final = "990101"
OTHER_COUNTY: Final = "990201"
_PLACE: Final = COUNTY_NAMES[ASKING_COUNTY]

FULL_SIZE_CHILDREN: Final = 20_000
"""From so many children on a roster has its full size; it shrinks in proportion below."""

SMALLEST_ROSTER: Final = 10

Accept = Callable[[Record], bool]


@dataclass(frozen=True, slots=True)
class RosterPlan:
    """One roster.

    Attributes:
        path: below the province's folder.
        agency: whose register the children are drawn from.
        rows: full size.
        accept: whether a row of the register may be drawn.
        prefer: whether it goes before the others.
        layout: draws the roster's form and cells.
    """

    path: str
    agency: Agency
    rows: int
    accept: Accept
    prefer: Accept
    layout: RosterLayout


@dataclass(order=True, slots=True, repr=False)
class _Drawn:
    """A drawn row; the one that is left out first sorts first."""

    rank: float
    order: int
    child: Child = field(compare=False)
    record: Record = field(compare=False)


def _on_file_in(county: str) -> Accept:
    def accept(record: Record) -> bool:
        return county_of(text_of(record, "residence_region")) == county and _on_file(record)

    return accept


def _on_file(record: Record) -> bool:
    return record["case_status"] == "在册"


def _has_guardian_number(record: Record) -> bool:
    return record["guardian_id"] is not None and county_of(text_of(record, "hukou_region")) == ASKING_COUNTY


def _at_school_on_file(record: Record) -> bool:
    return record["study_status"] in {"小学", "初中", "高中", "中职"} and _on_file_in(ASKING_COUNTY)(record)


def _in_compulsory_school(record: Record) -> bool:
    return (
        record["school_region"] == ASKING_COUNTY and record["stage"] in {"小学", "初中"} and record["status"] == "在读"
    )


def _is_disabled(record: Record) -> bool:
    return "残疾儿童" in text_of(record, "category")


def _no_matter(_record: Record) -> bool:
    return False


PLANS: Final = {
    "disability_subsidy": RosterPlan(
        path="civil_affairs/查询名册_残疾补贴_300人.xlsx",
        agency=Agency.CIVIL_AFFAIRS,
        rows=300,
        accept=_on_file_in(ASKING_COUNTY),
        prefer=_is_disabled,
        layout=name_roster("残疾人两项补贴资格核查名册", _PLACE),
    ),
    "enrolment": RosterPlan(
        path="civil_affairs/就学核验名册.xlsx",
        agency=Agency.CIVIL_AFFAIRS,
        rows=200,
        accept=_at_school_on_file,
        prefer=_no_matter,
        layout=name_roster("在管儿童就学核验名册", _PLACE),
    ),
    "life_events": RosterPlan(
        path="civil_affairs/死亡户籍核减名册.xlsx",
        agency=Agency.CIVIL_AFFAIRS,
        rows=1_500,
        accept=_on_file,
        prefer=_no_matter,
        layout=name_roster("死亡、户籍变动核减名册", "全省"),
    ),
    "dropout": RosterPlan(
        path="education/疑似辍学台账.xlsx",
        agency=Agency.EDUCATION,
        rows=60,
        accept=_in_compulsory_school,
        prefer=_no_matter,
        layout=dropout_ledger(ASKING_COUNTY),
    ),
    "guardians": RosterPlan(
        path="public_security/监护人名册.xlsx",
        agency=Agency.PUBLIC_SECURITY,
        rows=80,
        accept=_has_guardian_number,
        prefer=_no_matter,
        layout=guardian_roster("被限制人身自由人员未成年子女照料情况核查名册", _PLACE),
    ),
    "other_county": RosterPlan(
        path="civil_affairs/外县查询名册_990201.xlsx",
        agency=Agency.CIVIL_AFFAIRS,
        rows=40,
        accept=_on_file_in(OTHER_COUNTY),
        prefer=_no_matter,
        layout=name_roster("外县儿童查询名册", _PLACE),
    ),
}
"""The rosters by name."""


ROSTER_ROWS: Final = ("roster", "row", "child", "has_own_number")
"""Columns of `truth/rosters.csv`; the last is 1 where the row holds the child's own number, of 18 or 15 digits."""


class RosterDraw:
    """Draws every roster in one pass: keeps no more rows than the rosters have."""

    def __init__(self, children: int, seed: int) -> None:
        self._rng = random.Random(f"{seed}/rosters")  # noqa: S311 - the same seed must give the same rosters
        share = min(1.0, children / FULL_SIZE_CHILDREN)
        self._sizes = {name: max(SMALLEST_ROSTER, round(plan.rows * share)) for name, plan in PLANS.items()}
        self._drawn: dict[str, list[_Drawn]] = {name: [] for name in PLANS}
        self._offered = 0

    def offer(self, child: Child, records: Mapping[Agency, Record]) -> None:
        """Let every roster draw `child` by what its own agency holds."""
        self._offered += 1
        for name, plan in PLANS.items():
            record = records.get(plan.agency)
            if record is None or not plan.accept(record):
                continue
            drawn = _Drawn(self._rng.random() + plan.prefer(record), self._offered, child, record)
            heap = self._drawn[name]
            if len(heap) < self._sizes[name]:
                heapq.heappush(heap, drawn)
            else:
                heapq.heappushpop(heap, drawn)

    def write(self, folder: Path, today: date) -> dict[str, int]:
        """Write the rosters and `truth/rosters.csv`; return how many rows each has."""
        truth = CsvWriter(folder / "truth" / "rosters.csv", ROSTER_ROWS)
        for name, plan in PLANS.items():
            writer = LedgerWriter(folder / plan.path, plan.layout.layout(today))
            for number, drawn in enumerate(sorted(self._drawn[name], key=lambda d: d.order), start=1):
                row = writer.append(plan.layout.cells(number, drawn.record, today, self._rng))
                truth.append((plan.path, row, drawn.child.number, int(_has_own_number(drawn))))
            writer.close()
        truth.close()
        return {name: len(rows) for name, rows in self._drawn.items()}


def _has_own_number(drawn: _Drawn) -> bool:
    own, written = drawn.child.citizen_id, drawn.record["citizen_id"]
    # A cell that a spreadsheet took for a number has lost its last digits.
    if own is None or not isinstance(written, str):
        return False
    return clean_number_text(written) in {own, f"{own[:6]}{own[8:17]}"}
