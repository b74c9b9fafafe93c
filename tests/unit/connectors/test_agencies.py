"""Every decision table of the four agencies, with all combinations, written out a second time as plain rules."""

from datetime import date, timedelta
from itertools import combinations, product

import pytest

from connectors import civil_affairs, disabled_federation, education, health, public_security
from schemas.attribute_catalogue import load_attributes
from schemas.codes import CaseStatus, CertStatus, HouseholdStatus, Stage, StudentStatus
from tests.unit.connectors.agency_records import record_of
from tests.unit.connectors.ledgers import TODAY, citizen_id

AGENCIES = (civil_affairs, education, public_security, disabled_federation, health)


def derive(agency, attribute, cells):
    derivation = agency.DERIVATIONS[attribute]
    (data_set,) = (d for d in agency.DATA_SETS if d.name == derivation.data_set)
    return derivation.derive(record_of(data_set, cells), TODAY)


@pytest.mark.parametrize("agency", AGENCIES, ids=lambda a: a.AGENCY_TYPE)
def test_an_agency_is_described_completely(agency):
    names = [d.name for d in agency.DATA_SETS]
    assert agency.INDEX_DATA_SET in agency.DATA_SETS
    assert len(set(names)) == len(names)
    catalogue = load_attributes()
    for attribute, derivation in agency.DERIVATIONS.items():
        fields = {f.name for d in agency.DATA_SETS if d.name == derivation.data_set for f in d.fields}
        assert derivation.attribute == attribute
        assert set(derivation.fields_used) <= fields
        assert agency.AGENCY_TYPE in catalogue[attribute].holders


@pytest.mark.parametrize("agency", AGENCIES, ids=lambda a: a.AGENCY_TYPE)
def test_a_derivation_looks_at_no_other_field_than_it_says(agency):
    for derivation in agency.DERIVATIONS.values():
        (data_set,) = (d for d in agency.DATA_SETS if d.name == derivation.data_set)
        record = record_of(data_set, {"name": "甲", **EXAMPLES[derivation.data_set]})
        looked_at = _Watched(record.values)
        object.__setattr__(record, "values", looked_at)
        derivation.derive(record, TODAY)
        assert looked_at.seen <= set(derivation.fields_used)


class _Watched(dict):
    def __init__(self, values):
        super().__init__(values)
        self.seen = set()

    def get(self, key, default=None):
        self.seen.add(key)
        return super().get(key, default)

    def __getitem__(self, key):
        self.seen.add(key)
        return super().__getitem__(key)


EXAMPLES = {
    "children_register": {"case_status": "在册", "category": "残疾儿童", "address_protected": "否"},
    "student_register": {"status": "在读", "stage": "小学", "grade": "三年级", "confirmed_on": "2026-03-01"},
    "household_register": {"status": "迁出", "moved_to_region": "990002", "status_on": "2026-03-01"},
    "child_health_register": {"medical_alert": "有"},
    "certificates": {"status": "正常", "valid_until": "2030-01-01", "cert_no": citizen_id(1) + "43"},
}

YES_NO_WORDS = {"是": True, "有": True, "1": True, "否": False, "无": False, "0": False, None: None, "不详": None}


@pytest.mark.parametrize("word", YES_NO_WORDS)
@pytest.mark.parametrize(
    ("agency", "attribute"),
    [
        (civil_affairs, "address_protected"),
        (public_security, "address_protected"),
        (public_security, "open_case"),
        (health, "medical_alert"),
    ],
)
def test_what_a_column_of_yes_and_no_tells(agency, attribute, word):
    assert derive(agency, attribute, {attribute: word}) is YES_NO_WORDS[word]


@pytest.mark.parametrize("protected", ["是", "否", None, "不详"])
@pytest.mark.parametrize(
    ("written", "expected"), [("祖母", "grandparent"), ("父亲", "parent"), ("福利院", "institution"), ("邻里", None)]
)
def test_a_caregiver_is_told_only_where_no_address_is_protected(protected, written, expected):
    cells = {"caregiver_relation": written, "address_protected": protected}
    assert derive(civil_affairs, "caregiver_relation", cells) == (expected if protected == "否" else None)


CASE_WORDS = {"在册": CaseStatus.ACTIVE, "迁出": 1, "年满退出": 1, "死亡": 1, "终止": 1, None: None, "待定": None}
GUARDIANSHIP = ("CD01", "CD02", "CD07", "CD08", "CD09", "LB01", "LB02")
LIVING = ("CD03", "CD04", "CD05", "CD06")
NEITHER = ("MG01",)


@pytest.mark.parametrize("status", CASE_WORDS)
@pytest.mark.parametrize("attribute", ["known_to_civil_affairs", "open_case"])
def test_known_to_civil_affairs_means_an_active_case(status, attribute):
    expected = None if CASE_WORDS[status] is None else CASE_WORDS[status] is CaseStatus.ACTIVE
    assert derive(civil_affairs, attribute, {"case_status": status}) is expected


@pytest.mark.parametrize("status", CASE_WORDS)
@pytest.mark.parametrize("size", [0, 1, 2, 3])
def test_category_group(status, size):
    for categories in combinations((*GUARDIANSHIP, *LIVING, *NEITHER, "其他困境"), size):
        expected = _group(CASE_WORDS[status], set(categories))
        cell = "、".join(categories) or None
        assert derive(civil_affairs, "category_group", {"case_status": status, "category": cell}) == expected


def _group(status, categories):
    if status is None:
        return None
    if status is not CaseStatus.ACTIVE:
        return "none"
    if categories & set(GUARDIANSHIP):
        return "guardianship"
    if "其他困境" in categories or not categories:
        return None
    return "living" if categories & set(LIVING) else "none"


@pytest.mark.parametrize("separator", ["、", "，", ",", ";", "；", "／", "/", "\n", " | "])
def test_several_categories_in_one_cell(separator):
    cells = {"case_status": "在册", "category": separator.join(("低保", "孤儿", "残疾"))}
    assert derive(civil_affairs, "category_group", cells) == "guardianship"


STUDENT_WORDS = {
    "在读": True,
    "休学": True,
    "转出": False,
    "辍学": False,
    "毕业": False,
    "死亡": False,
    "其他离校": False,
}
STUDENT_WORDS |= {None: None, "待核": None}


def test_every_student_status_is_in_the_table():
    assert len([v for v in STUDENT_WORDS.values() if v is not None]) == len(StudentStatus)


@pytest.mark.parametrize("status", STUDENT_WORDS)
def test_enrolled_is_a_child_with_a_place_at_school(status):
    assert derive(education, "enrolled", {"status": status}) is STUDENT_WORDS[status]


STAGE_WORDS = {
    "学前": "pre",
    "小学": "primary",
    "初中": "junior",
    "高中": "senior",
    "中职": "voc",
    "不在学": None,
    None: "grade",
}
GRADES = {
    "大班": Stage.PRE,
    "学前班": Stage.PRE,
    "三年级": Stage.PRIMARY,
    "小学六年级2班": Stage.PRIMARY,
    "6 年级": Stage.PRIMARY,
    "七年级": Stage.JUNIOR,
    "初中一年级": Stage.JUNIOR,
    "初三（2）班": Stage.JUNIOR,
    "高中一年级": Stage.SENIOR,
    "高一": Stage.SENIOR,
    "十一年级": Stage.SENIOR,
    "12年级": Stage.SENIOR,
    "中职二年级": Stage.VOCATIONAL,
    "职高一": Stage.VOCATIONAL,
    "二班": None,
    None: None,
}


@pytest.mark.parametrize(("status", "stage"), list(product(STUDENT_WORDS, STAGE_WORDS)))
def test_stage(status, stage):
    for grade, told in GRADES.items():
        expected = told if STAGE_WORDS[stage] == "grade" else STAGE_WORDS[stage]
        if not STUDENT_WORDS[status]:
            expected = None if STUDENT_WORDS[status] is None else "none"
        assert derive(education, "stage", {"status": status, "stage": stage, "grade": grade}) == expected


def test_last_confirmed():
    assert derive(education, "last_confirmed", {"confirmed_on": "2026年2月"}) == date(2026, 2, 1)
    assert derive(education, "last_confirmed", {"confirmed_on": "不详"}) is None
    assert derive(education, "last_confirmed", {}) is None


HOUSEHOLD_WORDS = {"在册": "here", "迁出": "moved", "注销": "cancelled", "未登记户口": None, None: None, "待定": None}


def test_every_household_status_is_in_the_table():
    """Of a child that is not registered there is no status to tell."""
    assert len([v for v in HOUSEHOLD_WORDS.values() if v is not None]) == len(HouseholdStatus) - 1


@pytest.mark.parametrize("status", HOUSEHOLD_WORDS)
@pytest.mark.parametrize("region", [None, "990002", "990002103", "990002103001", "990200", "某县某乡"])
def test_household_register(status, region):
    cells = {"status": status, "status_on": "2025.9.1", "moved_to_region": region}
    expected = HOUSEHOLD_WORDS[status]
    assert derive(public_security, "hukou_status", cells) == expected
    assert derive(public_security, "life_status", cells) == ("alive_registered" if expected == "here" else expected)
    assert derive(public_security, "status_since", cells) == date(2025, 9, 1)
    county = "990002" if region and region.startswith("990002") else None
    assert derive(public_security, "moved_to_county", cells) == (county if expected == "moved" else None)


def test_status_since_is_unknown_without_a_date():
    assert derive(public_security, "status_since", {"status": "在册"}) is None


CERT_WORDS = {"正常": True, "注销": False, "冻结": False, None: None, "待定": None}
DAY = timedelta(days=1)
VALIDITY = {
    None: None,
    "长期": None,
    f"{TODAY:%Y-%m-%d}": True,
    f"{TODAY - DAY:%Y-%m-%d}": False,
    f"{TODAY + DAY:%Y-%m-%d}": True,
    f"{TODAY:%Y年%m月}": True,
    "2026-02": False,
}


def test_every_certificate_status_is_in_the_table():
    assert len([v for v in CERT_WORDS.values() if v is not None]) == len(CertStatus)


def _valid(status, until):
    if not CERT_WORDS[status]:
        return CERT_WORDS[status]
    return VALIDITY[until]


@pytest.mark.parametrize(("status", "until"), list(product(CERT_WORDS, VALIDITY)))
def test_disability_cert_valid(status, until):
    cells = {"status": status, "valid_until": until}
    assert derive(disabled_federation, "disability_cert_valid", cells) is _valid(status, until)


@pytest.mark.parametrize(("status", "until"), list(product(CERT_WORDS, VALIDITY)))
def test_care_subsidy_for_every_class_and_grade(status, until):
    for disability_class, grade in product((None, *"1234567"), (None, *"1234")):
        expected = _valid(status, until)
        if expected:
            expected = _severe_enough(disability_class, grade)
        cells = {
            "status": status,
            "valid_until": until,
            "disability_class": disability_class,
            "disability_grade": grade,
        }
        assert derive(disabled_federation, "care_subsidy_eligible", cells) is expected


def _severe_enough(disability_class, grade):
    if grade is None:
        return None
    if grade in "12":
        return True
    return None if disability_class is None else disability_class in "56"


@pytest.mark.parametrize(
    ("in_number", "columns", "expected"),
    [
        ("42", {}, True),
        ("43", {}, False),
        ("53", {}, True),
        ("74", {}, False),
        ("43", {"disability_grade": "三级"}, False),
        ("43", {"disability_grade": "二级"}, None),
        ("43", {"disability_class": "智力"}, None),
        ("42", {"disability_class": "智力"}, True),
    ],
)
def test_class_and_grade_come_from_the_number_unless_a_column_contradicts_it(in_number, columns, expected):
    cells = {"status": "正常", "valid_until": "2030-01-01", "cert_no": citizen_id(1) + in_number, **columns}
    assert derive(disabled_federation, "care_subsidy_eligible", cells) is expected


@pytest.mark.parametrize("status", CERT_WORDS)
def test_cert_valid_until_is_told_of_certificates_in_force_only(status):
    for written, on in {"2030.1.31": date(2030, 1, 31), "2028年2月": date(2028, 2, 29), None: None}.items():
        expected = on if CERT_WORDS[status] else None
        assert derive(disabled_federation, "cert_valid_until", {"status": status, "valid_until": written}) == expected
