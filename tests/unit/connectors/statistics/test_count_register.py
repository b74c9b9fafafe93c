"""Who is counted, where, and once."""

from datetime import date
from pathlib import Path
from types import MappingProxyType

import pytest
from openpyxl import load_workbook

from connectors.agencies import agency_of
from connectors.civil_affairs import CHILDREN_REGISTER
from connectors.data_sets import DataSet, Record
from connectors.disabled_federation import CERTIFICATES
from connectors.education import STUDENT_REGISTER
from connectors.public_security import HOUSEHOLD_REGISTER
from connectors.statistics.count_register import count_records
from connectors.statistics.count_rules import COUNT_RULES
from connectors.statistics.workbook import WITHHELD_TEXT, write_release
from schemas.check_digit import complete_citizen_id
from schemas.statistics.release import StatisticsRelease, StatisticsRow
from schemas.statistics.tables import load_tables
from tests.unit.connectors.agency_records import record_of
from tests.unit.connectors.ledgers import TODAY

BORN = date(TODAY.year - 8, 1, 15)
CELLS = MappingProxyType(
    {
        "children_in_difficulty": {"category": "孤儿", "case_status": "在册"},
        "dropouts": {"status": "辍学"},
        "unregistered_children": {"status": "未登记户口"},
    }
)
DATA_SETS = MappingProxyType(
    {
        "children_in_difficulty": CHILDREN_REGISTER,
        "dropouts": STUDENT_REGISTER,
        "unregistered_children": HOUSEHOLD_REGISTER,
    }
)


def child(data_set: DataSet, row: int = 1, **cells: object) -> Record:
    known = {"name": "欧阳小满", "birth_date": BORN.isoformat(), "hukou_region": "990101003", **cells}
    return record_of(data_set, known, row=row)  # type: ignore[arg-type]


def test_every_table_has_its_rule() -> None:
    assert set(COUNT_RULES) == set(load_tables())


@pytest.mark.parametrize(
    ("table", "column"),
    [("children_in_difficulty", "guardianship"), ("dropouts", "6-11"), ("unregistered_children", "6-11")],
)
def test_a_child_stands_in_its_township_and_column(table: str, column: str) -> None:
    record = child(DATA_SETS[table], **CELLS[table])
    agency = agency_of(load_tables()[table].provider.value)
    counted = count_records([record], agency, COUNT_RULES[table], "99", TODAY)
    assert column in load_tables()[table].codes
    assert counted.counts == {("990101003", column): 1}


def test_others_are_not_counted_but_their_townships_are_listed() -> None:
    records = [
        child(STUDENT_REGISTER, 1, status="在读"),
        child(STUDENT_REGISTER, 2, status="辍学", hukou_region="990102"),
        child(STUDENT_REGISTER, 3, status="辍学", hukou_region="980101001"),
    ]
    counted = count_records(records, agency_of("education"), COUNT_RULES["dropouts"], "99", TODAY)
    assert counted.townships == {"990101003", "990102000"}
    assert counted.counts == {("990102000", "6-11"): 1}


def test_two_records_of_one_number_count_once() -> None:
    number = complete_citizen_id(f"990101{BORN:%Y%m%d}002")
    records = [
        child(STUDENT_REGISTER, row, status="辍学", citizen_id=number, hukou_region=region)
        for row, region in enumerate(("990101003", "990101004"), 1)
    ]
    counted = count_records(records, agency_of("education"), COUNT_RULES["dropouts"], "99", TODAY)
    assert sum(counted.counts.values()) == 1


@pytest.mark.parametrize(("age", "column"), [(3, "0-5"), (8, "6-11"), (17, "12-17"), (30, None)])
def test_children_with_a_certificate_in_force_are_counted_and_grown_ups_are_not(age: int, column: str | None) -> None:
    number = complete_citizen_id(f"990101{date(TODAY.year - age, 1, 15):%Y%m%d}002")
    cells = {"cert_no": f"{number}41", "status": "有效", "valid_until": "2031-01-01", "name": "欧阳小满"}
    record = record_of(CERTIFICATES, {**cells, "region": "990101003"})
    agency = agency_of("disabled_federation")
    counted = count_records([record], agency, COUNT_RULES["disabled_children"], "99", TODAY)
    assert counted.counts == ({} if column is None else {("990101003", column): 1})


def test_the_workbook_says_what_is_withheld(tmp_path: Path) -> None:
    release = StatisticsRelease(
        version=1,
        table="children_in_difficulty",
        quarter="2026-Q2",
        provider="civil_affairs.990101",
        region="990101",
        made_on="2026-07-06",
        categories=("guardianship", "living"),
        rows=(
            StatisticsRow(region="990101", counts=(41, None, None)),
            StatisticsRow(region="990101000", counts=(None, None, 12)),
        ),
        salt="A" * 22,
    )
    write_release(tmp_path / "bulletin.xlsx", release)
    rows = list(load_workbook(tmp_path / "bulletin.xlsx").worksheets[0].values)
    assert rows[1] == ("990101", 41, WITHHELD_TEXT, WITHHELD_TEXT)
    assert rows[2] == ("990101 未分乡镇 / township not known", WITHHELD_TEXT, WITHHELD_TEXT, 12)
