"""The files look as the agencies would hold them, agree with their mappings, and the truth covers every row."""

import csv
import re
import sqlite3
from collections import Counter
from contextlib import closing
from datetime import date
from pathlib import Path

import openpyxl
import pytest
import yaml

from connectors.agencies import agency_of
from connectors.data_sets import read_records
from connectors.sources.mapping import load_mapping, open_source
from demo.province import ROSTER_PLANS, Agency, ProvinceSummary, absences
from demo.province.rosters import SMALLEST_ROSTER
from schemas.child_categories import CHILD_CATEGORY
from schemas.citizen_id import CitizenIdError, clean_number_text, parse_citizen_id
from schemas.codes import (
    CASE_STATUS,
    CERT_STATUS,
    DISABILITY_CLASS,
    DISABILITY_GRADE,
    HOUSEHOLD_STATUS,
    SEX,
    STAGE,
    STUDENT_STATUS,
)
from schemas.dates import parse_ledger_date
from schemas.regions import county_of
from tests.unit.demo.conftest import SMALL, TODAY

LEDGER = "civil_affairs/困境儿童台账.xlsx"
REGION_FIELDS = ("hukou_region", "residence_region", "school_region", "region", "moved_to_region")
DATE_FIELDS = ("birth_date", "last_visit", "category_since", "confirmed_on", "status_on", "issued_on", "valid_until")
ID_FIELDS = ("citizen_id", "guardian_id", "cert_no")

CODES = {
    Agency.CIVIL_AFFAIRS: {"sex": SEX, "case_status": CASE_STATUS, "study_status": None},
    Agency.EDUCATION: {"sex": SEX, "status": STUDENT_STATUS, "stage": STAGE},
    Agency.PUBLIC_SECURITY: {"sex": SEX, "status": HOUSEHOLD_STATUS},
    Agency.DISABLED_FEDERATION: {
        "sex": SEX,
        "status": CERT_STATUS,
        "disability_class": DISABILITY_CLASS,
        "disability_grade": DISABILITY_GRADE,
    },
}


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_as_connector(folder: Path) -> dict[str, dict[str, object]]:
    """Return the agency's rows by locator with canonical field names, through the connector's own reader."""
    mapping = load_mapping(folder / "mapping.yaml")
    fields = {names[0]: field for field, names in mapping.columns.items()}
    source = open_source(mapping, folder, {})
    return {row.locator: {fields[name]: cell for name, cell in row.cells.items()} for row in source.rows()}


@pytest.fixture(scope="module")
def held(small_province: ProvinceSummary) -> dict[Agency, dict[str, dict[str, object]]]:
    return {agency: read_as_connector(small_province.folder / agency) for agency in Agency}


def test_the_connectors_read_every_row(small_province: ProvinceSummary, held) -> None:
    assert small_province.children == SMALL
    assert {agency: len(rows) for agency, rows in held.items()} == small_province.records


@pytest.mark.parametrize("agency", list(Agency))
def test_every_cell_parses(held, agency: Agency) -> None:
    for row in held[agency].values():
        for field, table in CODES[agency].items():
            assert row[field]
            if table is not None:
                table.parse(row[field])
        for field in DATE_FIELDS:
            if row.get(field) is not None:
                assert parse_ledger_date(row[field]).on.year > 2000
        assert row["name"]


def test_categories_and_regions_parse_and_no_region_was_ever_issued(held) -> None:
    for row in held[Agency.CIVIL_AFFAIRS].values():
        for category in row["category"].split("、"):
            CHILD_CATEGORY.parse(category)
    for rows in held.values():
        for row in rows.values():
            regions = [row[field] for field in REGION_FIELDS if row.get(field)]
            assert regions
            assert all(county_of(region).startswith("99") for region in regions)
            numbers = [str(row[field]).strip() for field in ID_FIELDS if row.get(field)]
            assert all(number.startswith(("99", "９９", "9.9")) for number in numbers)


def test_ledger_has_merged_title_two_row_header_and_signatures(small_province: ProvinceSummary) -> None:
    sheet = openpyxl.load_workbook(small_province.folder / LEDGER).worksheets[0]
    merged = {str(cells) for cells in sheet.merged_cells.ranges}
    assert {"A1:U1", "A2:U2", "A3:A4", "C3:K3", "L3:O3", "P3:Q3", "R3:S3", "U3:U4"} <= merged
    assert sheet["C3"].value == "儿童信息"
    assert [sheet.cell(4, column).value for column in (3, 6, 12)] == ["姓名", "公民身份号码", "监护人姓名"]
    assert sheet["A5"].value == 1
    assert "填表人" in sheet.cell(sheet.max_row, 1).value
    texts = {type(sheet.cell(row, 6).value) for row in range(5, sheet.max_row)}
    assert str in texts


def test_dates_are_written_in_three_ways(held) -> None:
    written = {str(row["birth_date"]) for row in held[Agency.CIVIL_AFFAIRS].values()}
    assert any("." in text for text in written)
    assert any(text.isdigit() for text in written)
    assert any("年" in text for text in written)


def test_student_numbers_hold_the_id_or_only_look_like_one(held) -> None:
    kinds = Counter(row["student_no"][0] for row in held[Agency.EDUCATION].values())
    assert set(kinds) == {"G", "J", "L"}
    assert kinds["G"] > kinds["J"] + kinds["L"]
    for row in held[Agency.EDUCATION].values():
        assert re.fullmatch(r"[GJL]99[0-9]{15}[0-9X]", row["student_no"])
        if row["student_no"][0] == "G":
            assert row["student_no"][1:] == clean_number_text(row["citizen_id"])


def test_certificate_numbers_end_in_class_and_grade(held) -> None:
    for row in held[Agency.DISABLED_FEDERATION].values():
        if row["cert_no"] is not None:
            assert row["cert_no"][-2:] == f"{row['disability_class']}{row['disability_grade']}"
        assert TODAY.year - 2 <= parse_ledger_date(row["valid_until"]).on.year <= TODAY.year + 9


def test_truth_names_the_child_of_every_row_and_of_no_other(small_province: ProvinceSummary, held) -> None:
    links = read_csv(small_province.folder / "truth" / "links.csv")
    assert len({(link["agency"], link["locator"]) for link in links}) == len(links)
    for agency, rows in held.items():
        of_agency = [link for link in links if link["agency"] == agency]
        assert {link["locator"] for link in of_agency} == set(rows)
        assert len({link["child"] for link in of_agency}) == len(of_agency)
    children = read_csv(small_province.folder / "truth" / "children.csv")
    assert [int(row["child"]) for row in children] == list(range(1, SMALL + 1))


def as_answer(value: object) -> str:
    """Return a derived value as children.csv writes it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    return f"{value:%Y%m}" if isinstance(value, date) else str(value)


@pytest.mark.parametrize("agency", list(Agency))
def test_truth_answers_are_what_the_connector_derives_from_the_true_row(
    small_province: ProvinceSummary, agency: Agency
) -> None:
    folder = small_province.folder / agency
    mapping = load_mapping(folder / "mapping.yaml")
    kind = agency_of(agency)
    records = read_records(
        open_source(mapping, folder, {}), mapping, kind.index_data_set, today=TODAY, allow_test_regions=True
    )
    child_of = {
        link["locator"]: link["child"]
        for link in read_csv(small_province.folder / "truth" / "links.csv")
        if link["agency"] == agency
    }
    children = {row["child"]: row for row in read_csv(small_province.folder / "truth" / "children.csv")}
    usable = 0
    for record in records:
        answers = children[child_of[record.locator]]
        for attribute, derivation in kind.derivations.items():
            if attribute in answers:
                assert answers[attribute] == as_answer(derivation.derive(record, TODAY))
        usable += record.is_usable
    assert usable == len(child_of)


def test_each_answer_occurs(small_province: ProvinceSummary) -> None:
    children = read_csv(small_province.folder / "truth" / "children.csv")
    for column in ("known_to_civil_affairs", "enrolled", "disability_cert_valid", "care_subsidy_eligible"):
        assert {"0", "1", ""} >= {row[column] for row in children} >= {"0", "1"}
    assert {row["hukou_status"] for row in children} == {"", "here", "moved", "cancelled"}
    assert {row["category_group"] for row in children} == {"", "guardianship", "living", "none"}


def test_no_agency_folder_holds_the_truth(small_province: ProvinceSummary) -> None:
    for agency in Agency:
        for path in (small_province.folder / agency).glob("*.sqlite3"):
            with closing(sqlite3.connect(path)) as connection:
                assert len(connection.execute("SELECT name FROM sqlite_master").fetchall()) == 1
        columns = yaml.safe_load((small_province.folder / agency / "mapping.yaml").read_text(encoding="utf-8"))
        assert "child" not in columns["columns"]


CHILD_ROSTERS = [name for name in ROSTER_PLANS if name != "guardians"]


@pytest.mark.parametrize("name", CHILD_ROSTERS)
def test_rosters_hold_children_of_their_county_and_truth_names_them(
    small_province: ProvinceSummary, held, name: str
) -> None:
    path, size = small_province.rosters[name]
    plan = ROSTER_PLANS[name]
    assert SMALLEST_ROSTER <= size <= plan.rows
    sheet = openpyxl.load_workbook(path).worksheets[0]
    truth = {
        int(row["row"]): row["child"]
        for row in read_csv(small_province.folder / "truth" / "rosters.csv")
        if row["roster"] == plan.path
    }
    links = {
        link["child"]: link["locator"]
        for link in read_csv(small_province.folder / "truth" / "links.csv")
        if link["agency"] == plan.agency
    }
    headings = [cell.value for cell in sheet[3]]
    name_at = headings.index("学生姓名" if name == "dropout" else "姓名")
    residence_at = headings.index("现居住地")
    county = "990201" if name == "other_county" else "990101"
    assert list(truth) == list(range(4, 4 + size))
    for row_number, child in truth.items():
        cells = [cell.value for cell in sheet[row_number]]
        assert cells[0] == row_number - 3
        assert cells[name_at] == held[plan.agency][links[child]]["name"]
        assert name == "life_events" or cells[residence_at] == county


@pytest.mark.parametrize("name", CHILD_ROSTERS)
def test_rosters_name_the_guardian_and_truth_says_which_rows_have_a_number(
    small_province: ProvinceSummary, held, name: str
) -> None:
    path, _ = small_province.rosters[name]
    plan = ROSTER_PLANS[name]
    links = read_csv(small_province.folder / "truth" / "links.csv")
    held_as = {link["child"]: link["locator"] for link in links if link["agency"] == plan.agency}
    sheet = openpyxl.load_workbook(path).worksheets[0]
    headings = [cell.value for cell in sheet[3]]
    number_at = headings.index("身份证件号" if name == "dropout" else "公民身份号码")
    for row in read_csv(small_province.folder / "truth" / "rosters.csv"):
        if row["roster"] == plan.path:
            cells = [cell.value for cell in sheet[int(row["row"])]]
            record = held[plan.agency][held_as[row["child"]]]
            assert cells[headings.index("监护人姓名")] == record["guardian_name"]
            assert cells[headings.index("联系电话")] == record["guardian_phone"]
            assert row["has_own_number"] == str(int(is_a_childs_number(cells[number_at])))


def test_the_guardian_roster_names_guardians_with_their_numbers_and_no_child(small_province: ProvinceSummary, held):
    path, size = small_province.rosters["guardians"]
    plan = ROSTER_PLANS["guardians"]
    sheet = openpyxl.load_workbook(path).worksheets[0]
    assert [cell.value for cell in sheet[3]] == ["序号", "监护人姓名", "监护人公民身份号码", "地区代码"]
    guardians = {(record["guardian_name"], record["guardian_id"]) for record in held[plan.agency].values()}
    rows = [tuple(cell.value for cell in sheet[number]) for number in range(4, 4 + size)]
    assert all((name, number) in guardians and county == "990101" for _, name, number, county in rows)


def is_a_childs_number(cell: object) -> bool:
    try:
        born_on = parse_citizen_id(cell, allow_test_regions=True, today=TODAY).birth_on
    except CitizenIdError:
        return False
    # Fifteen digits name no century.
    return (TODAY.year - born_on.year) % 100 < 19


@pytest.mark.parametrize("agency", list(Agency))
def test_every_register_and_its_mapping_has_the_guardian(small_province: ProvinceSummary, held, agency: Agency) -> None:
    mapping = yaml.safe_load((small_province.folder / agency / "mapping.yaml").read_text(encoding="utf-8"))
    assert {"guardian_name", "guardian_id", "guardian_phone"} <= set(mapping["columns"])
    for field in ("guardian_name", "guardian_id", "guardian_phone"):
        filled = sum(row[field] is not None for row in held[agency].values())
        assert 0.6 < filled / len(held[agency]) < 1


def test_dropout_ledger_has_the_columns_of_the_form(small_province: ProvinceSummary) -> None:
    path, _ = small_province.rosters["dropout"]
    sheet = openpyxl.load_workbook(path).worksheets[0]
    headings = [cell.value for cell in sheet[3]]
    assert len(headings) == 36
    assert (headings[14], headings[21], headings[35]) == ("特殊群体", "原因", "备注")


def test_an_absence_ledger_has_seven_planted_faults_and_originals_that_say_what_is_right(
    small_province: ProvinceSummary,
) -> None:
    sheet = openpyxl.load_workbook(small_province.folder / absences.PATH).worksheets[0]
    headings = [cell.value for cell in sheet[3]]
    originals = read_csv(small_province.folder / absences.ORIGINALS_PATH)
    assert [one["列"] for one in originals] == [column for column, _ in absences.FAULTS]
    assert len({one["行"] for one in originals}) == len(absences.FAULTS)
    for one in originals:
        assert str(sheet[int(one["行"])][headings.index(one["列"])].value) != one["正确内容"]
    assert {row[1].value for row in sheet.iter_rows(min_row=4) if isinstance(row[0].value, int)} == {absences.SCHOOL}
