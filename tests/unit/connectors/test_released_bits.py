"""What the agencies tell for P05, P06, P11, P13, P15 and P17: decision tables written out a second time as rules."""

from datetime import date
from itertools import product

import pytest

from connectors import civil_affairs, disabled_federation, education, health, public_security
from connectors.data_sets import Record
from schemas.rule_packs.left_behind import load_left_behind
from schemas.rule_packs.rehabilitation_ages import load_rehabilitation_ages
from schemas.rule_packs.student_aid import load_student_aid
from tests.unit.connectors.agency_records import record_of
from tests.unit.connectors.ledgers import TODAY, citizen_id

BORN = {5: f"{TODAY.year - 5}-01-01", 6: f"{TODAY.year - 6}-01-01", 7: f"{TODAY.year - 7}-01-01", 15: "2010-06-01"}
YEARS = (5, 6, 7)


def derive(agency, attribute, cells, today=TODAY):
    derivation = agency.DERIVATIONS[attribute]
    (data_set,) = (d for d in agency.DATA_SETS if d.name == derivation.data_set)
    return derivation.derive(record_of(data_set, {"name": "甲", **cells}), today)


@pytest.mark.parametrize(
    ("status", "category", "age"), list(product(["在册", "终止", None], ["低保", "特困", "孤儿", "其他", None], YEARS))
)
def test_priority_of_low_income_is_told_within_the_programme_s_ages(status, category, age):
    cells = {"case_status": status, "category": category, "birth_date": BORN[age]}
    told = derive(civil_affairs, "low_income_priority", cells)
    if status is None or category in {"其他", None} or age > 6:
        assert told is None
    else:
        assert told is (status == "在册" and category in {"低保", "特困"})


@pytest.mark.parametrize(
    ("region", "age", "told"), [("990101", 6, True), ("990101", 7, None), ("210203", 7, True), ("210203", 15, True)]
)
def test_the_ages_of_rehabilitation_are_the_region_s(region, age, told):
    cells = {"region": region, "diagnosis_on_file": "有", "birth_date": BORN[age]}
    assert derive(health, "diagnosis_on_file", cells) is told


def test_two_days_of_birth_are_none():
    cells = {"citizen_id": citizen_id(1), "birth_date": "2019-02-03", "diagnosis_on_file": "有"}
    assert derive(health, "diagnosis_on_file", cells) is None


@pytest.mark.parametrize(
    ("written", "told"),
    [(str(TODAY.year), True), (str(TODAY.year - 1), False), ("0", False), (None, None), ("今年", None)],
)
def test_funded_this_year(written, told):
    cells = {"funded_year": written, "birth_date": BORN[5]}
    assert derive(disabled_federation, "already_funded_this_year", cells) is told
    assert derive(disabled_federation, "already_funded_this_year", {**cells, "birth_date": BORN[7]}) is None


@pytest.mark.parametrize(("status", "category", "born", "told"), [
    ("在册", "农村留守儿童", "2015-01-01", True),
    ("在册", "农村留守儿童、低保", "2015-01-01", True),
    ("在册", "农村留守儿童", "2009-01-01", False),
    ("在册", "低保", "2015-01-01", False),
    ("终止", "农村留守儿童", "2015-01-01", False),
    ("在册", "农村留守儿童、不清楚", "2015-01-01", None),
    ("在册", "农村留守儿童", None, None),
    (None, "农村留守儿童", "2015-01-01", None),
])  # fmt: skip
def test_civil_affairs_list_of_left_behind_children(status, category, born, told):
    cells = {"case_status": status, "category": category, "birth_date": born}
    assert derive(civil_affairs, "on_left_behind_list", cells) is told
    assert derive(civil_affairs, "definition_version", cells) == "civil_affairs"


@pytest.mark.parametrize(
    ("word", "stage", "status"),
    list(product(["0", "1", "2", None], ["小学", "初中", "高中", None], ["在读", "辍学", None])),
)
def test_education_s_list_of_left_behind_children(word, stage, status):
    told = derive(education, "on_left_behind_list", {"left_behind": word, "stage": stage, "status": status})
    if word is None or status is None or (status == "在读" and stage is None):
        assert told is None
    else:
        assert told is (word in {"1", "2"} and stage in {"小学", "初中"} and status == "在读")


AID = {
    "孤儿": "full",
    "特困": "full",
    "低保": "partial",
    "低保、孤儿": "full",
    "流动": "none",
    "其他": None,
    None: None,
}


@pytest.mark.parametrize("category", AID)
@pytest.mark.parametrize("status", ["在册", "终止", None])
def test_band_of_student_aid_by_category(category, status):
    told = derive(civil_affairs, "aid_band", {"case_status": status, "category": category})
    expected = None if status is None or AID[category] is None else "none" if status == "终止" else AID[category]
    assert told == expected


@pytest.mark.parametrize(
    ("number", "status", "told"),
    [("41", "正常", "full"), ("44", "正常", "partial"), ("41", "注销", "none"), ("41", None, None)],
)
def test_band_of_student_aid_by_certificate(number, status, told):
    cells = {"cert_no": citizen_id(1) + number, "status": status, "valid_until": "2030-01-01"}
    assert derive(disabled_federation, "aid_band", cells) == told


@pytest.mark.parametrize(("status", "programme", "receives", "named"), [
    ("在册", "低保", True, "minimum_living"),
    ("在册", "无", False, None),
    ("在册", None, None, None),
    ("终止", "低保", False, None),
    (None, "低保", None, None),
])  # fmt: skip
def test_a_benefit_is_told_of_active_cases_alone(status, programme, receives, named):
    cells = {"case_status": status, "benefit_programme": programme, "benefit_since": "2024年5月"}
    assert derive(civil_affairs, "receives_benefit", cells) is receives
    assert derive(civil_affairs, "benefit_programme", cells) == named
    assert derive(civil_affairs, "benefit_since", cells) == date(2024, 5, 1)


def test_the_summary_of_a_transfer():
    cells = {
        "case_status": "在册", "category_since": "2023.9", "category_until": "2027.9",
        "actual_guardianship": "委托照护", "aid_received": "是",
        "benefit_paid_until": "2026.2", "study_status": "小学", "boarding": "否",
        "last_visit": "2026-01-15", "child_consulted": "是", "residence_region": "990101001",
    }  # fmt: skip
    expected = {
        "case_status": "active", "category_since": date(2023, 9, 1), "category_until": date(2027, 9, 1),
        "guardianship_band": "entrusted", "aid_received": True, "benefit_paid_until": date(2026, 2, 1),
        "study_stage": "primary", "boarding": False, "last_visit": date(2026, 1, 15), "child_consulted": True,
        "care_county": "990101001",
    }  # fmt: skip
    assert {attribute: derive(civil_affairs, attribute, cells) for attribute in expected} == expected
    assert {derive(civil_affairs, attribute, {}) for attribute in expected} == {None}


@pytest.mark.parametrize(
    ("residence", "told"), [("990201", True), ("990101", False), ("990101001", False), (None, None)]
)
def test_a_parent_registered_elsewhere(residence, told):
    cells = {"hukou_region": "990101", "parent_residence_region": residence}
    assert derive(public_security, "parent_registered_elsewhere", cells) is told


@pytest.mark.parametrize("load", [load_rehabilitation_ages, load_left_behind, load_student_aid])
def test_before_the_first_rule_nothing_is_judged(load):
    assert load().in_force("990101", date(2000, 1, 1)) is None


def test_age_is_not_told_of_a_record_without_a_day_of_birth():
    (data_set,) = health.DATA_SETS
    record = record_of(data_set, {"name": "甲"})
    assert isinstance(record, Record)
    assert record.age_on(TODAY) is None
