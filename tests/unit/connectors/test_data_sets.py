"""Rows become records: typed values, an identity, and findings that never quote a cell."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.civil_affairs import CHILDREN_REGISTER
from connectors.data_sets import check_mapping, read_records, suggest_columns
from connectors.disabled_federation import CERTIFICATES
from connectors.education import DROPOUT_LEDGER, STUDENT_REGISTER, LeftBehind
from connectors.guardian_roster import GUARDIAN_ROSTER
from connectors.public_security import HOUSEHOLD_REGISTER
from connectors.query_roster import QUERY_ROSTER
from connectors.sources.errors import SourceError
from connectors.sources.findings import FINDINGS
from connectors.sources.mapping import SourceMapping, WorkbookPlace
from connectors.sources.workbook import WorkbookSource
from schemas.child_categories import ChildCategory
from schemas.codes import Sex
from tests.unit.connectors.agency_records import mapping_of, record_of
from tests.unit.connectors.ledgers import TODAY, citizen_id, ledger_rows, write_office_ledger

DATA_SETS = (
    CHILDREN_REGISTER, STUDENT_REGISTER, DROPOUT_LEDGER, HOUSEHOLD_REGISTER, CERTIFICATES, QUERY_ROSTER, GUARDIAN_ROSTER
)  # fmt: skip
GIRL = citizen_id(2)
ADULT = citizen_id(3, born="19720305")
CHILD = {
    "name": "测试·甲",
    "sex": "女",
    "birth_date": "2015.3.5",
    "citizen_id": GIRL,
    "hukou_region": "990001002",
    "residence_region": 990002,
    "category": "孤儿、残疾儿童",
    "case_status": "在册",
    "guardian_id": ADULT,
    "guardian_phone": 13800000001.0,
}


def child(**changes):
    return record_of(CHILDREN_REGISTER, CHILD | changes)


def found(record):
    return {(f.column, f.code, f.severity) for f in record.findings}


def test_a_good_row_has_an_identity_typed_values_and_no_finding():
    record = child()
    assert record.is_usable
    assert record.identity.citizen_id is not None
    assert record.identity.citizen_id.text == GIRL
    assert (record.identity.name, record.identity.sex) == ("测试·甲", Sex.FEMALE)
    assert record.identity.birth_dates == (date(2015, 3, 5),)
    assert record.identity.regions == ("990001", "990002")
    assert record.values["category"] == (ChildCategory.ORPHAN, ChildCategory.DISABLED)
    assert record.values["guardian_phone"] == "13800000001"
    assert record.findings == ()
    assert (record.row_number, record.locator) == (7, "7")


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (float(GIRL[:17] + "0"), "citizen_id.damaged_by_spreadsheet"),
        (int(GIRL[:15] + "000"), "citizen_id.damaged_by_spreadsheet"),
        (GIRL[:15] + "000", "citizen_id.damaged_by_spreadsheet"),
        ("9.90001E+17", "citizen_id.damaged_by_spreadsheet"),
        (GIRL[:17], "citizen_id.wrong_length"),
        (GIRL[:17] + ("1" if GIRL[17] == "0" else "0"), "citizen_id.wrong_check_digit"),
        ("未知", "citizen_id.wrong_character"),
        (True, "record.cell_type"),
        (date(2015, 3, 5), "record.cell_type"),
    ],
)
def test_a_damaged_number_is_an_error_and_name_and_birth_date_still_match(cell, code):
    record = child(citizen_id=cell)
    assert found(record) == {("公民身份号码", code, "error")}
    assert record.identity.citizen_id is None
    assert record.is_usable


@pytest.mark.parametrize("cell", [None, "", " \u3000", "无", "/", "—", "暂无"])
def test_a_row_without_a_number_is_usable_by_name_and_birth_date(cell):
    record = child(citizen_id=cell)
    assert record.is_usable
    assert not record.findings


def test_the_guardians_number_in_the_childs_field_is_found_and_not_used():
    record = child(citizen_id=ADULT)
    assert found(record) == {("公民身份号码", "record.id_of_adult", "error")}
    assert record.identity.citizen_id is None
    assert record.is_usable
    assert not child(citizen_id=ADULT, birth_date=None).is_usable


def test_an_adults_row_is_left_out():
    record = child(citizen_id=ADULT, birth_date="1972-03-05")
    assert not record.is_usable
    assert found(record) == {(None, "record.not_a_child", "warning")}
    assert not child(citizen_id=None, birth_date="1972-03-05").is_usable


@pytest.mark.parametrize(("born", "usable"), [("20000321", True), ("20000320", False), ("20080320", True)])
def test_the_age_limit_counts_completed_years(born, usable):
    number = citizen_id(2, born=born)
    assert child(citizen_id=number, birth_date=None).is_usable is usable


def test_contradictions_are_found_and_both_sides_are_kept():
    record = child(birth_date="2015-05-03", sex="男")
    assert found(record) == {
        ("出生日期", "record.birth_date_differs_from_id", "warning"),
        ("性别", "record.sex_differs_from_id", "warning"),
    }
    assert record.identity.birth_dates == (date(2015, 5, 3),)


def test_an_adults_birth_date_beside_a_childs_number_is_not_used():
    record = child(birth_date="1972-03-05")
    assert record.identity.birth_dates == ()
    assert record.identity.citizen_id is not None


@pytest.mark.parametrize(
    ("cell", "code", "severity"),
    [
        ("2015年3月", "record.birth_date_without_day", "warning"),
        ("2026-03-21", "record.birth_date_in_future", "error"),
        ("2015-02-30", "date.no_such_day", "error"),
        ("三月", "date.not_a_date", "error"),
        (2015.1, "date.ambiguous_month", "error"),
        (True, "record.cell_type", "error"),
    ],
)
def test_a_birth_date_that_can_not_be_used_is_named(cell, code, severity):
    record = child(birth_date=cell)
    assert found(record) == {("出生日期", code, severity)}
    assert record.identity.birth_dates == ()


@pytest.mark.parametrize("cell", ["20150305", "2015/3/5", "2015年3月5日", 20150305.0, date(2015, 3, 5), 42068.0])
def test_birth_dates_in_every_writing(cell):
    assert child(birth_date=cell).identity.birth_dates == (date(2015, 3, 5),)


@pytest.mark.parametrize(
    ("changes", "finding"),
    [
        ({"name": None}, ("儿童姓名", "record.required_empty", "error")),
        ({"name": "  "}, ("儿童姓名", "record.required_empty", "error")),
        ({"name": "甲、乙"}, ("儿童姓名", "record.several_names", "error")),
        ({"name": "***"}, ("儿童姓名", "name.no_letters", "error")),
        ({"name": "甲" * 51}, ("儿童姓名", "name.too_long", "error")),
        ({"name": 5.0}, ("儿童姓名", "record.cell_type", "error")),
        ({"sex": "不男不女"}, ("性别", "code.unknown_code", "warning")),
        ({"hukou_region": "某县某乡某村"}, ("户籍地代码", "region.not_a_region", "warning")),
        ({"hukou_region": "990000"}, ("户籍地代码", "region.no_county", "warning")),
        ({"category": "孤儿、其他"}, ("儿童类别", "code.unknown_code", "error")),
        ({"category": None}, ("儿童类别", "record.required_empty", "error")),
        ({"case_status": "?"}, ("档案状态", "code.unknown_code", "error")),
        ({"guardian_phone": "见备注"}, ("监护人电话", "record.phone_malformed", "warning")),
        ({"guardian_id": "1"}, ("监护人身份号码", "citizen_id.wrong_length", "warning")),
    ],
)
def test_every_other_mistake_is_named(changes, finding):
    assert found(child(**changes)) == {finding}


def test_a_row_with_nothing_to_match_on_says_so():
    record = child(citizen_id=None, birth_date=None)
    assert not record.is_usable
    assert found(record) == {(None, "record.nothing_to_match", "error")}


def test_codes_that_were_understood_are_kept_and_the_field_is_incomplete():
    record = child(category="孤儿；其他")
    assert record.values["category"] == (ChildCategory.ORPHAN,)
    assert record.incomplete == {"category"}


STUDENT = {"name": "测试", "status": "在读", "birth_date": "2015-03-05"}


@pytest.mark.parametrize(
    ("student_no", "number", "codes"),
    [
        ("G" + GIRL, GIRL, set()),
        ("g" + GIRL.lower(), GIRL, set()),
        ("L" + "990001201503051234", None, set()),
        ("J" + GIRL, None, set()),
        ("2015001", None, {"record.student_no_malformed"}),
        ("G" + GIRL[:17] + "#", None, {"record.student_no_malformed"}),
        ("G" + GIRL[:14] + "1111", None, {"citizen_id.wrong_check_digit"}),
    ],
)
def test_a_student_number_gives_the_citizen_id_only_with_g(student_no, number, codes):
    record = record_of(STUDENT_REGISTER, STUDENT | {"student_no": student_no, "left_behind": 2.0})
    assert (record.identity.citizen_id.text if record.identity.citizen_id else None) == number
    assert {f.code for f in record.findings} == codes
    assert record.values["left_behind"] is LeftBehind.DOUBLE


def test_two_numbers_of_one_row_that_differ_are_found():
    record = record_of(STUDENT_REGISTER, STUDENT | {"student_no": "G" + citizen_id(4), "citizen_id": citizen_id(6)})
    assert found(record) == {("身份证件号", "record.ids_differ", "warning")}


@pytest.mark.parametrize("suffix", ["43", "11B1"])
def test_a_certificate_number_gives_the_citizen_id(suffix):
    record = record_of(CERTIFICATES, {"cert_no": GIRL + suffix, "name": "测试", "status": "正常"})
    assert record.identity.citizen_id is not None
    assert record.identity.citizen_id.text == GIRL
    assert not record.findings


@pytest.mark.parametrize(
    ("cert_no", "code"),
    [
        (9.9e19, "citizen_id.damaged_by_spreadsheet"),
        (GIRL, "citizen_id.wrong_length"),
        (GIRL + "89", "citizen_id.wrong_disability_suffix"),
        (citizen_id(1, born="19720305") + "43", "record.id_of_adult"),
    ],
)
def test_a_certificate_number_that_is_wrong_is_named(cert_no, code):
    record = record_of(CERTIFICATES, {"cert_no": cert_no, "name": "测试", "status": "正常"})
    assert code in {f.code for f in record.findings}
    assert not record.is_usable


def test_test_regions_are_refused_unless_allowed(tmp_path):
    write_office_ledger(tmp_path / "a.xlsx", ledger_rows(1))
    mapping = SourceMapping(
        data_set="dropout_ledger",
        source=WorkbookPlace(kind="workbook", path="a.xlsx"),
        columns={"name": ("儿童姓名",), "citizen_id": ("身份证号", "公民身份号码"), "birth_date": ("出生日期",)},
    )
    source = WorkbookSource(tmp_path / "a.xlsx", list(mapping.columns.values()))
    (refused,) = read_records(source, mapping, DROPOUT_LEDGER, today=TODAY, allow_test_regions=False)
    assert [f.code for f in refused.findings] == ["citizen_id.unknown_region"]
    (taken,) = read_records(source, mapping, DROPOUT_LEDGER, today=TODAY, allow_test_regions=True)
    assert taken.findings == ()


@pytest.mark.parametrize(
    ("changes", "columns", "code", "column"),
    [
        ({"data_set": "certificates"}, None, "mapping_field_invalid", "data_set"),
        ({"columns": {"nmae": ("儿童姓名",)}}, None, "mapping_field_unknown", "columns.nmae"),
        ({"columns": {"name": ("儿童姓名",)}}, None, "mapping_required_column", "columns.category"),
        ({}, ("儿童姓名",), "column_missing", "档案编号"),
    ],
)
def test_a_mapping_must_fit_its_data_set(changes, columns, code, column):
    mapping = mapping_of(CHILDREN_REGISTER)
    there = [names[0] for names in mapping.columns.values()]
    with pytest.raises(SourceError) as refused:
        check_mapping(mapping.model_copy(update=changes), CHILDREN_REGISTER, columns or there)
    assert (refused.value.code, refused.value.column) == (code, column)


def test_columns_are_suggested_by_their_usual_names_and_never_a_guardians():
    columns = ["姓名", "身份证号", "性别", "监护人姓名", "监护人身份号码", "监护人电话", "备注"]
    assert suggest_columns(CHILDREN_REGISTER, columns) == {"name": "姓名", "sex": "性别", "citizen_id": "身份证号"}
    assert not any(f.aliases_zh for d in DATA_SETS for f in d.fields if f.name.startswith("guardian"))


@pytest.mark.parametrize("data_set", DATA_SETS, ids=lambda d: d.name)
def test_fields_are_named_once_and_code_fields_have_a_code_list(data_set):
    names = [f.name for f in data_set.fields]
    assert len(set(names)) == len(names)
    for wanted in data_set.fields:
        assert (wanted.codes is not None) == (wanted.kind in {"code", "codes"})


CELLS = st.one_of(
    st.none(),
    st.text(max_size=30),
    st.floats(),
    st.integers(),
    st.booleans(),
    st.dates(),
    st.times(),
    st.timedeltas(),
    st.datetimes(),
    st.text("0123456789X", min_size=15, max_size=20),
)


@given(data=st.data(), data_set=st.sampled_from(DATA_SETS))
def test_any_cells_give_a_record_and_findings_of_the_table(data, data_set):
    cells = {f.name: data.draw(CELLS, label=f.name) for f in data_set.fields}
    record = record_of(data_set, cells)
    assert all(f.code in FINDINGS and f.row == 7 for f in (*record.findings, *record.notes))
    assert repr(record) == "Record(row_number=7)"
