"""Who a row is about: the child's numbers, damaged ones, the guardian, and what is enough to be matched."""

from datetime import date

import pytest

from connectors.civil_affairs import CHILDREN_REGISTER
from connectors.data_sets import DataSet, Record
from connectors.disabled_federation import CERTIFICATES
from connectors.education import DROPOUT_LEDGER, STUDENT_REGISTER
from connectors.guardian_roster import GUARDIAN_ROSTER
from connectors.public_security import HOUSEHOLD_REGISTER
from connectors.query_roster import QUERY_ROSTER
from connectors.sources.source import CellValue
from schemas.linkage_keys import KeyType, relation_keys
from tests.unit.connectors.agency_records import record_of
from tests.unit.connectors.ledgers import citizen_id

GIRL = citizen_id(2)
MOTHER = citizen_id(4, born="19880305")
CHILD: dict[str, CellValue] = {"name": "测试·甲", "sex": "女", "birth_date": "2015.3.5", "residence_region": "990001"}


def child(**changes: CellValue) -> Record:
    return record_of(QUERY_ROSTER, CHILD | changes)


def found(record: Record) -> set[tuple[str | None, str]]:
    return {(f.column, f.code) for f in record.findings}


def noted(record: Record) -> set[tuple[str | None, str]]:
    assert all(note.severity == "note" for note in record.notes)
    assert all(finding.severity != "note" for finding in record.findings)
    return {(f.column, f.code) for f in record.notes}


def types(record: Record) -> set[str]:
    return {key.key_type.value + "!" * key.is_flagged for key in record.linkage_keys}


SETS_WITH_GUARDIANS = (
    QUERY_ROSTER, CHILDREN_REGISTER, STUDENT_REGISTER, DROPOUT_LEDGER, HOUSEHOLD_REGISTER, CERTIFICATES
)  # fmt: skip


@pytest.mark.parametrize("data_set", SETS_WITH_GUARDIANS, ids=lambda one: one.name)
def test_every_register_and_roster_has_the_guardian_as_evidence(data_set: DataSet) -> None:
    guardian: dict[str, CellValue] = {
        "guardian_name": "曾小红",
        "guardian_id": MOTHER,
        "guardian_phone": "129 0000 0001",
    }
    parts = {f.name: f.part for f in data_set.fields if f.name in guardian}
    assert parts == {name: name for name in guardian}
    number = {"cert_no": GIRL + "43"} if data_set is CERTIFICATES else {"citizen_id": GIRL}
    cells = {"name": "测试", "birth_date": "2015-03-05", **number, **guardian}
    record = record_of(data_set, cells)
    assert {"gi.d", "ph.d", "gn.p", "gn.d"} <= types(record)
    assert record.identity.guardian.citizen_id is not None
    assert record.relation_keys == relation_keys(record.identity.guardian.citizen_id)


def test_a_guardian_that_is_not_mapped_is_not_read() -> None:
    record = child(citizen_id=GIRL)
    assert not types(record) & {"gi.d", "ph.d", "gn.p", "gn.d"}
    assert record.relation_keys == ()


@pytest.mark.parametrize(
    ("cells", "key_types", "usable"),
    [
        ({}, {"p.d"}, True),
        ({"citizen_id": GIRL, "birth_date": None}, {"id"}, True),
        ({"birth_date": None}, {"n.r6"}, False),
        ({"birth_date": None, "guardian_name": "曾小红"}, {"gn.p"}, True),
        ({"birth_date": None, "guardian_phone": "12900000001"}, {"n.r6"}, False),
        ({"name": None, "guardian_phone": "12900000001"}, {"ph.d", "r6.d.x"}, True),
        ({"name": None}, {"r6.d.x"}, False),
        ({"name": None, "birth_date": None, "guardian_id": MOTHER}, set(), False),
    ],
)
def test_a_row_is_usable_with_a_key_that_identifies_by_itself(
    cells: dict[str, CellValue], key_types: set[str], usable: bool
) -> None:
    record = child(**cells)
    assert record.is_usable is usable
    assert (None, "record.nothing_to_match") in found(record) or usable
    if usable:
        assert key_types <= types(record)
    else:
        assert record.linkage_keys == record.relation_keys == ()


@pytest.mark.parametrize(
    ("damaged", "code"),
    [
        (GIRL[:10] + "13" + GIRL[12:], "citizen_id.wrong_check_digit"),
        (GIRL[:8] + GIRL[9] + GIRL[8] + GIRL[10:], "citizen_id.wrong_check_digit"),
        (GIRL[:-1], "citizen_id.wrong_length"),
        (" " + GIRL[:7] + GIRL[8:].lower(), "citizen_id.wrong_length"),
    ],
)
def test_a_damaged_number_is_repaired_and_weaker_evidence(damaged: str, code: str) -> None:
    record = child(citizen_id=damaged)
    assert found(record) == {("公民身份号码", code)}
    assert noted(record) >= {("公民身份号码", "record.id_repaired")}
    assert record.identity.citizen_id is None
    assert GIRL in [repaired.text for repaired in record.identity.repaired_ids]
    assert "id!" in types(record)
    assert "id" not in types(record)
    assert "citizen_id" not in record.values


@pytest.mark.parametrize(
    "changes",
    [{"birth_date": None}, {"birth_date": "2015-03-06"}, {"sex": "男"}, {"birth_date": "1972-03-05"}],
)
def test_a_damaged_number_that_nothing_confirms_stays_unused(changes: dict[str, CellValue]) -> None:
    damaged = GIRL[:10] + "13" + GIRL[12:]
    record = child(citizen_id=damaged, **changes)
    assert record.identity.repaired_ids == ()
    assert ("公民身份号码", "record.id_repaired") not in noted(record)


def test_a_valid_number_in_another_column_makes_repair_needless() -> None:
    cells = {"name": "测试", "birth_date": "2015-03-05", "status": "在读"}
    damaged = GIRL[:10] + "13" + GIRL[12:]
    record = record_of(STUDENT_REGISTER, cells | {"student_no": "G" + GIRL, "citizen_id": damaged})
    assert record.identity.citizen_id is not None
    assert record.identity.repaired_ids == ()
    record = record_of(STUDENT_REGISTER, cells | {"student_no": "G" + damaged})
    assert GIRL in [number.text for number in record.identity.repaired_ids]


def test_a_damaged_certificate_number_is_repaired() -> None:
    cells = {
        "name": "测试",
        "birth_date": "2015-03-05",
        "status": "正常",
        "cert_no": GIRL[:10] + "13" + GIRL[12:] + "43",
    }
    record = record_of(CERTIFICATES, cells)
    assert GIRL in [number.text for number in record.identity.repaired_ids]


def test_a_number_of_15_digits_is_the_childs_if_the_birth_date_says_so() -> None:
    old = GIRL[:6] + GIRL[8:17]
    record = child(citizen_id=old)
    assert record.identity.citizen_id is not None
    assert (record.identity.citizen_id.text, found(record)) == (GIRL, set())
    assert noted(record) >= {("公民身份号码", "normalised.fifteen_digits")}
    assert found(child(citizen_id=old, birth_date="2015-03-06")) == {("公民身份号码", "record.id_of_adult")}


def test_an_adults_number_in_the_childs_field_is_evidence_of_the_guardian() -> None:
    record = child(citizen_id=MOTHER)
    assert found(record) == {("公民身份号码", "record.id_of_adult")}
    assert record.identity.citizen_id is None
    assert record.identity.guardian.citizen_id is not None
    assert record.identity.guardian.citizen_id.text == MOTHER
    assert "gi.d" in types(record)
    assert "id" not in types(record)


def test_the_guardians_own_field_counts_before_an_adults_number_in_the_childs() -> None:
    father = citizen_id(3, born="19850305")
    record = child(citizen_id=father, guardian_id=MOTHER)
    assert record.identity.guardian.citizen_id is not None
    assert record.identity.guardian.citizen_id.text == MOTHER


def test_the_childs_own_number_in_the_guardians_field_is_not_used() -> None:
    record = child(citizen_id=GIRL, guardian_id=GIRL)
    assert found(record) == {("监护人公民身份号码", "record.guardian_id_is_childs")}
    assert record.identity.guardian.citizen_id is None
    assert record.relation_keys == ()


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        ({"guardian_id": MOTHER[:17]}, "监护人公民身份号码", "citizen_id.wrong_length"),
        ({"guardian_id": MOTHER[:16] + "99"}, "监护人公民身份号码", "citizen_id.wrong_check_digit"),
        ({"guardian_name": "曾小红、曾小明"}, "监护人姓名", "record.several_names"),
        ({"guardian_phone": "见备注"}, "监护人联系电话", "record.phone_malformed"),
    ],
)
def test_what_is_wrong_about_a_guardian_is_a_warning(cells: dict[str, CellValue], column: str, code: str) -> None:
    record = child(**cells)
    assert {(f.column, f.code, f.severity) for f in record.findings} == {(column, code, "warning")}
    assert not types(record) & {"gi.d", "gn.p", "ph.d"}
    assert record.is_usable


@pytest.mark.parametrize(
    ("phone", "mobile"),
    [("12900000001", "12900000001"), (12900000001.0, "12900000001"), ("+86 129-0000-0001", "12900000001"),
     ("0816-1234567", None)],
)  # fmt: skip
def test_the_mobile_number_is_evidence_and_a_landline_is_noted(phone: CellValue, mobile: str | None) -> None:
    record = child(guardian_phone=phone)
    assert record.identity.guardian.phone == mobile
    assert (("监护人联系电话", "record.phone_not_mobile") in noted(record)) is (mobile is None)


def test_a_1_january_is_noted_and_flagged() -> None:
    record = child(birth_date="2015-01-01", residence_region="990101")
    assert ("出生日期", "record.birth_date_1_january") in noted(record)
    assert {"n.y.r4!", "p.d"} <= types(record)
    assert record.findings == ()


def test_a_row_of_a_guardian_roster_asks_by_the_number_alone() -> None:
    record = record_of(GUARDIAN_ROSTER, {"name": "曾小红", "citizen_id": MOTHER, "region": "990001001"})
    assert record.is_usable
    assert record.linkage_keys == ()
    assert [(key.key_type, key.text) for key in record.relation_keys] == [(KeyType.GUARDIAN, MOTHER[:6] + MOTHER[8:17])]
    assert record.identity.regions == ("990001",)
    assert record.identity.name is None
    assert record.values["name"] == "曾小红"
    assert record.findings == ()


@pytest.mark.parametrize("number", [None, MOTHER[:17], "见备注"])
def test_a_guardian_without_a_valid_number_can_not_be_asked_about(number: str | None) -> None:
    record = record_of(GUARDIAN_ROSTER, {"name": "曾小红", "citizen_id": number})
    assert not record.is_usable
    assert [f.severity for f in record.findings] == ["error"]


def test_an_adults_row_has_no_relation_either() -> None:
    record = child(citizen_id=MOTHER, birth_date=date(1988, 3, 5), guardian_id=citizen_id(6, born="19600305"))
    assert not record.is_usable
    assert record.relation_keys == ()
