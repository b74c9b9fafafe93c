"""The attribute catalogue: complete, consistent with the code lists, and closed about class C."""

import pytest
from pydantic import ValidationError

from schemas.agency_kinds import AGENCY_KIND_NAMES, AgencyKind
from schemas.attribute_catalogue import (
    ReleasableAttribute,
    WithheldAttribute,
    load_attributes,
    load_releasable,
    load_withheld,
    never_released,
)
from schemas.catalogue_files import read_catalogue
from schemas.child_categories import CategoryGroup
from schemas.codes import CaseStatus, Stage, StudentStatus


def codes_of(attribute_id: str) -> set[str]:
    attribute = load_attributes()[attribute_id]
    assert isinstance(attribute, ReleasableAttribute)
    return {code.code for code in attribute.codes}


def test_nothing_that_the_law_closes_is_releasable() -> None:
    assert never_released() >= {
        "citizen_id", "name", "birth_on", "ethnicity", "residence_address", "sheltered_address", "reporter_identity",
        "juvenile_criminal_record", "custody_record", "risk_level", "student_no", "disability_cert_no",
        "disability_class", "disability_grade", "parent_circumstance", "dropout_reason", "special_education_assessment",
    }  # fmt: skip
    for id_ in never_released():
        assert isinstance(load_attributes()[id_], WithheldAttribute)


def test_no_entry_can_carry_an_infection() -> None:
    # AIDS Regulation article 39: not even as a withheld entry, since a name alone invites a column.
    text = str([list(read_catalogue(folder)) for folder in ("attributes", "never_released", "purposes")]).lower()
    assert not any(word in text for word in ("hiv", "aids", "艾滋"))


def test_codes_agree_with_the_code_lists() -> None:
    assert codes_of("category_group") == set(CategoryGroup)
    assert codes_of("stage") == codes_of("study_stage") == set(Stage)
    assert codes_of("student_status") == set(StudentStatus)
    assert codes_of("case_status") == set(CaseStatus)


def test_each_of_the_four_agencies_holds_attributes_of_both_classes() -> None:
    for kind in ("civil_affairs", "education", "public_security", "disabled_federation"):
        held = [found for found in load_attributes().values() if kind in found.holders]
        assert {found.share_class for found in held} == {"B", "C"}


def test_every_kind_of_agency_has_a_name() -> None:
    assert set(AGENCY_KIND_NAMES) == set(AgencyKind)


GOOD = {
    "id": "x_y", "name_zh": "名", "name_en": "n", "type": "boolean", "sensitivity": "P", "class": "B",
    "holders": ["education"],
}  # fmt: skip
ONE_CODE = [{"code": "a", "zh": "甲", "en": "a"}]


@pytest.mark.parametrize(
    "change",
    [{"class": "A"}, {"class": "C"}, {"class": None}, {"type": "code"}, {"codes": ONE_CODE},
     {"type": "code", "codes": ONE_CODE * 2}, {"type": "text"}, {"type": "list"}, {"holders": []},
     {"holders": ["nobody"]}, {"id": "X"}, {"surplus": 1}, {"name_zh": ""}],
)  # fmt: skip
def test_malformed_entries_are_refused(change: dict[str, object]) -> None:
    assert ReleasableAttribute.model_validate(GOOD).id == "x_y"
    with pytest.raises(ValidationError):
        ReleasableAttribute.model_validate({**GOOD, **change})


@pytest.mark.parametrize("change", [{}, {"class": "B"}, {"codes": ONE_CODE}])
def test_the_catalogue_of_class_c_takes_nothing_else(change: dict[str, object]) -> None:
    assert WithheldAttribute.model_validate({**GOOD, "class": "C", "type": "text"}).id == "x_y"
    with pytest.raises(ValidationError):
        WithheldAttribute.model_validate({**GOOD, "class": "C", **change} if change else GOOD)


def test_no_name_stands_in_both_catalogues() -> None:
    assert not set(load_releasable()) & set(load_withheld())
    assert set(load_attributes()) == {*load_releasable(), *load_withheld()}
