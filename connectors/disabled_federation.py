"""The disabled persons' federation: its certificates (GB/T 26341-2010) and what may be derived from them."""

import calendar
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from connectors.data_sets import DataSet, Derivation, Field, Record
from schemas.codes import (
    CERT_STATUS,
    DISABILITY_CLASS,
    DISABILITY_GRADE,
    CertStatus,
    DisabilityGrade,
)
from schemas.dates import LedgerDate
from schemas.disability_cert_no import DisabilityCertNo
from schemas.rule_packs.rehabilitation_ages import load_rehabilitation_ages
from schemas.rule_packs.student_aid import load_student_aid
from schemas.rule_packs.subsidies import load_subsidy_rules

AGENCY_TYPE: Final = "disabled_federation"
NAME_ZH: Final = "残联"
NAME_EN: Final = "Disabled persons' federation"

CERTIFICATES: Final = DataSet(
    name="certificates",
    name_zh="残疾人证",
    name_en="Disability certificates",
    fields=(
        Field(
            "cert_no",
            "残疾人证号",
            "disability_cert_no",
            required=True,
            part="citizen_id",
            aliases_zh=("残疾证号", "证号"),
        ),
        Field("name", "姓名", "person_name", required=True, part="name"),
        Field("sex", "性别", "sex", part="sex"),
        Field("birth_date", "出生日期", "date", part="birth_on"),
        Field("region", "行政区划代码", "region", part="region", aliases_zh=("户籍地代码",)),
        Field("disability_class", "残疾类别", "code", codes=DISABILITY_CLASS),
        Field("disability_grade", "残疾等级", "code", codes=DISABILITY_GRADE),
        Field("issued_on", "发证日期", "date"),
        Field("valid_until", "有效期至", "date", aliases_zh=("有效期", "有效期限")),
        Field("status", "证件状态", "code", required=True, codes=CERT_STATUS, aliases_zh=("状态",)),
        # 0 for a child that was never funded: an empty cell says nothing.
        Field("funded_year", "最近康复资助年度", "count", aliases_zh=("康复资助年度",)),
        Field("guardian_name", "监护人姓名", "person_name", part="guardian_name"),
        Field("guardian_id", "监护人身份证号", "citizen_id", part="guardian_id"),
        Field("guardian_phone", "监护人电话", "phone", part="guardian_phone"),
    ),
)

DATA_SETS: Final = (CERTIFICATES,)
INDEX_DATA_SET: Final = CERTIFICATES


def _last_valid_day(record: Record) -> date | None:
    """Return the last day of validity; a month stands for its last day."""
    until = record.values.get("valid_until")
    if not isinstance(until, LedgerDate):
        return None
    if until.precision == "day":
        return until.on
    return until.on.replace(day=calendar.monthrange(until.on.year, until.on.month)[1])


def _is_valid(record: Record, today: date) -> bool | None:
    """Return whether the certificate is in force; without an end of validity it can't be told."""
    status = record.values.get("status")
    if status is None:
        return None
    if status is not CertStatus.VALID:
        return False
    until = _last_valid_day(record)
    return None if until is None else until >= today


def _class_and_grade(record: Record) -> tuple[object, object]:
    """Return class and grade, each None when its column and the certificate number contradict each other."""
    number = record.values.get("cert_no")
    in_number = (number.disability_class, number.grade) if isinstance(number, DisabilityCertNo) else (None, None)
    return (
        _agreed(record.values.get("disability_class"), in_number[0]),
        _agreed(record.values.get("disability_grade"), in_number[1]),
    )


def _agreed(written: object, in_number: object) -> object:
    if written is None or in_number is None:
        return in_number if written is None else written
    return written if written == in_number else None


def _is_care_subsidy_eligible(record: Record, today: date) -> bool | None:
    """Return whether the disability meets the care subsidy by the rule of the child's region and day.

    Multiple disability does so by its grade alone: its certificate doesn't say of which kinds it is.
    """
    valid = _is_valid(record, today)
    if not valid:
        return valid
    disability_class, grade = _class_and_grade(record)
    rules = load_subsidy_rules().in_force(record.county, today)
    if grade is None or rules is None:
        return None
    if grade in rules.grades:
        return True
    return None if disability_class is None else disability_class in rules.any_grade_of


def _is_already_funded(record: Record, today: date) -> bool | None:
    """Return whether rehabilitation was funded this year; of a child out of the programme's ages nothing is told."""
    year = record.values.get("funded_year")
    ages = load_rehabilitation_ages().in_force(record.county, today)
    if not isinstance(year, int) or ages is None or not ages.includes(record.age_on(today)):
        return None
    return year == today.year


def _aid_band(record: Record, today: date) -> str | None:
    """Return the band of student aid that follows from a certificate in force; without one it gives none."""
    valid = _is_valid(record, today)
    if not valid:
        return None if valid is None else "none"
    _, grade = _class_and_grade(record)
    rules = load_student_aid().in_force(record.county, today)
    if rules is None or not isinstance(grade, DisabilityGrade):
        return None
    return rules.band_of_grade(grade)


def _valid_until(record: Record, _: date) -> date | None:
    """Return the end of validity of a certificate that was not withdrawn or put on hold."""
    return _last_valid_day(record) if record.values.get("status") is CertStatus.VALID else None


DERIVATIONS: Final[Mapping[str, Derivation]] = MappingProxyType(
    {
        derivation.attribute: derivation
        for derivation in (
            Derivation("disability_cert_valid", CERTIFICATES.name, ("status", "valid_until"), _is_valid),
            Derivation(
                "care_subsidy_eligible",
                CERTIFICATES.name,
                ("status", "valid_until", "cert_no", "disability_class", "disability_grade"),
                _is_care_subsidy_eligible,
            ),
            Derivation("already_funded_this_year", CERTIFICATES.name, ("funded_year",), _is_already_funded),
            Derivation(
                "aid_band",
                CERTIFICATES.name,
                ("status", "valid_until", "cert_no", "disability_class", "disability_grade"),
                _aid_band,
            ),
            Derivation("cert_valid_until", CERTIFICATES.name, ("status", "valid_until"), _valid_until),
        )
    }
)
