"""The purpose catalogue: the agreed contents of the working purposes, and what no purpose can say."""

from typing import Any

import pytest
from pydantic import ValidationError

from schemas.agency_kinds import AgencyKind
from schemas.attribute_catalogue import ReleasableAttribute, load_attributes, never_released
from schemas.catalogue_files import read_catalogue
from schemas.purpose_catalogue import Purpose, load_purposes
from schemas.purpose_parts import PurposeStatus, RegionRule

OUTPUTS_OF_WORKING_PURPOSES = {
    "P01": {
        ("civil_affairs", "known_to_civil_affairs", "BOOL", ()),
        ("civil_affairs", "category_group", "ENUM3", ("guardianship", "living", "none")),
        ("public_security", "hukou_status", "ENUM", ("here", "moved", "cancelled")),
        ("public_security", "moved_to_county", "REGION6", ()),
        ("disabled_federation", "disability_cert_valid", "BOOL", ()),
    },
    "P04": {
        ("disabled_federation", "care_subsidy_eligible", "BOOL", ()),
        ("disabled_federation", "cert_valid_until", "YM", ()),
        ("disabled_federation", "disability_cert_valid", "BOOL", ()),
    },
    "P05": {
        ("civil_affairs", "low_income_priority", "BOOL", ()),
        ("health", "diagnosis_on_file", "BOOL", ()),
        ("education", "enrolled", "BOOL", ()),
        ("disabled_federation", "already_funded_this_year", "BOOL", ()),
    },
    "P06": {
        ("civil_affairs", "on_left_behind_list", "BOOL", ()),
        ("education", "on_left_behind_list", "BOOL", ()),
        ("civil_affairs", "definition_version", "ENUM", ("civil_affairs", "education")),
        ("education", "definition_version", "ENUM", ("civil_affairs", "education")),
        ("public_security", "parent_registered_elsewhere", "BOOL", ()),
    },
    "P11": {
        ("civil_affairs", "category_group", "ENUM3", ("guardianship", "living", "none")),
        ("civil_affairs", "category_since", "YM", ()),
        ("civil_affairs", "category_until", "YM", ()),
        ("civil_affairs", "case_status", "ENUM", ("active", "moved_out", "came_of_age", "deceased", "ended")),
        ("civil_affairs", "guardianship_band", "ENUM3", ("parent_present", "entrusted", "none_or_unable")),
        ("civil_affairs", "aid_received", "BOOL", ()),
        ("civil_affairs", "benefit_paid_until", "YM", ()),
        ("civil_affairs", "study_stage", "STAGE", ()),
        ("civil_affairs", "boarding", "BOOL", ()),
        ("civil_affairs", "last_visit", "YM", ()),
        ("civil_affairs", "child_consulted", "BOOL", ()),
        ("civil_affairs", "address_protected", "BOOL", ()),
        ("civil_affairs", "care_county", "REGION6", ()),
        ("civil_affairs", "duty_office_contact", "CONTACT", ()),
    },
    "P12": {
        ("education", "full_time_enrolled", "BOOL", ()),
        ("education", "stage", "STAGE", ()),
        ("education", "expected_end", "YEAR", ()),
    },
    "P13": {
        ("civil_affairs", "receives_benefit", "BOOL", ()),
        (
            "civil_affairs",
            "benefit_programme",
            "ENUM",
            ("child_allowance", "minimum_living", "destitute_support", "disability_subsidy"),
        ),
        ("civil_affairs", "benefit_since", "YM", ()),
    },
    "P15": {
        ("civil_affairs", "aid_band", "ENUM3", ("full", "partial", "none")),
        ("disabled_federation", "aid_band", "ENUM3", ("full", "partial", "none")),
    },
    "P17": {
        ("education", "enrolled", "BOOL", ()),
    },
    "P09": {
        ("education", "enrolled", "BOOL", ()),
        ("education", "stage", "STAGE", ()),
        ("education", "last_confirmed", "YM", ()),
    },
    "P10": {
        ("civil_affairs", "open_case", "BOOL", ()),
        ("civil_affairs", "duty_office_contact", "CONTACT", ()),
    },
    "P14": {
        ("public_security", "life_status", "ENUM", ("alive_registered", "moved", "cancelled")),
        ("public_security", "status_since", "YM", ()),
        ("public_security", "moved_to_county", "REGION6", ()),
    },
    "P16": {
        ("civil_affairs", "address_protected", "BOOL", ()),
        ("civil_affairs", "open_case", "BOOL", ()),
        ("civil_affairs", "duty_office_contact", "CONTACT", ()),
        ("civil_affairs", "caregiver_relation", "ENUM", ("parent", "grandparent", "relative", "institution", "other")),
        ("public_security", "address_protected", "BOOL", ()),
        ("public_security", "open_case", "BOOL", ()),
        ("public_security", "duty_office_contact", "CONTACT", ()),
        ("education", "duty_office_contact", "CONTACT", ()),
        ("health", "medical_alert", "BOOL", ()),
        ("health", "duty_office_contact", "CONTACT", ()),
    },
    "P18": {
        ("civil_affairs", "children_in_difficulty_count", "K10", ()),
        ("education", "dropout_count", "K10", ()),
        ("public_security", "unregistered_children_count", "K10", ()),
        ("disabled_federation", "disabled_children_count", "K10", ()),
    },
    "P03": {
        ("joint", "parental_status_class", "ENUM", ("orphan", "de_facto_unattended", "not", "insufficient")),
        ("joint", "parental_status_review", "YM", ()),
        (
            "joint",
            "missing_provider_type",
            "ENUMS",
            ("public_security", "disabled_federation", "health", "medical_security", "justice", "court"),
        ),
    },
}
ANY_REGION = {"P08", "P11", "P13", "P16"}


def test_all_eighteen_are_there() -> None:
    assert list(load_purposes()) == [f"P{number:02}" for number in range(1, 19)]
    assert {id_ for id_, found in load_purposes().items() if found.status is PurposeStatus.WORKING} == set(
        OUTPUTS_OF_WORKING_PURPOSES
    )


def test_only_these_ask_beyond_their_own_region() -> None:
    found = {id_ for id_, purpose in load_purposes().items() if purpose.region_rule is RegionRule.ANY}
    assert found == ANY_REGION


def test_emergencies_are_approved_afterwards_and_single() -> None:
    found = {id_: one for id_, one in load_purposes().items() if one.approvals.emergency is not None}
    assert list(found) == ["P16"]
    purpose = found["P16"]
    assert (purpose.max_batch, purpose.retention_days, purpose.case_number_required) == (1, 3, False)
    assert (purpose.approvals.single, purpose.approvals.batch) == (None, None)


@pytest.mark.parametrize("purpose_id", OUTPUTS_OF_WORKING_PURPOSES)
def test_working_purposes_release_exactly_this(purpose_id: str) -> None:
    outputs = load_purposes()[purpose_id].outputs
    assert {(o.provider.value, o.attribute, o.transform.value, o.codes) for o in outputs} == (
        OUTPUTS_OF_WORKING_PURPOSES[purpose_id]
    )


def test_no_purpose_releases_class_c() -> None:
    for purpose in load_purposes().values():
        released = {output.attribute for output in purpose.outputs}
        assert not released & never_released()
        assert all(isinstance(load_attributes()[id_], ReleasableAttribute) for id_ in released)
        assert purpose.never


def test_who_asks_whom_and_never_for_what() -> None:
    p14 = load_purposes()["P14"]
    assert set(p14.never) >= {"death_cause", "residence_address"}
    assert (p14.requester_agencies, p14.provider_agencies) == (("civil_affairs",), ("public_security",))
    assert load_purposes()["P01"].requester_agencies == ("education",)


def test_only_who_receives_reports_may_ask_about_a_guardian() -> None:
    assert {id_: found.relations for id_, found in load_purposes().items() if found.relations} == {"P10": ("guardian",)}
    p10 = load_purposes()["P10"]
    assert (p10.requester_agencies, p10.provider_agencies) == (("civil_affairs", "public_security"), ("civil_affairs",))
    assert p10.case_number_required
    assert p10.max_batch == 1


@pytest.mark.parametrize("relation", ["gi.d", "id", "parent"])
def test_no_other_key_is_a_relation(relation: str) -> None:
    with pytest.raises(ValidationError, match="relations"):
        Purpose.model_validate(record(relations=[relation]))


def test_the_budget_lets_every_key_of_a_record_be_evaluated() -> None:
    for purpose in load_purposes().values():
        limits = purpose.rate_limits
        assert limits.evaluations_per_day == 0 or limits.evaluations_per_day >= 16 * limits.releases_per_day


def test_the_move_summary_has_fourteen_fields() -> None:
    assert len(load_purposes()["P11"].outputs) == 14


def test_outputs_of_one_provider() -> None:
    outputs = load_purposes()["P01"].outputs_of(AgencyKind.PUBLIC_SECURITY)
    assert [output.attribute for output in outputs] == ["hukou_status", "moved_to_county"]
    assert load_purposes()["P01"].outputs_of(AgencyKind.COURT) == ()


def record(**change: object) -> dict[str, Any]:
    content: dict[str, Any] = dict(read_catalogue("purposes"))["P14"]
    return {**content, **change}


def with_output(**change: object) -> dict[str, Any]:
    output = {"attribute": "status_since", "provider": "public_security", "transform": "YM", **change}
    return record(outputs=[output])


def test_the_record_that_the_next_tests_spoil_is_good() -> None:
    assert Purpose.model_validate(record()).id == Purpose.model_validate(with_output()).id == "P14"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (with_output(attribute="death_cause", transform="YM"), "no attribute that may be released"),
        (with_output(attribute="citizen_id", transform="TOKEN"), "no attribute that may be released"),
        (with_output(attribute="nowhere"), "no attribute that may be released"),
        (with_output(attribute="enrolled", transform="BOOL"), "not held by"),
        (with_output(attribute="enrolled", provider="education", transform="BOOL"), "no provider of this purpose"),
        (with_output(transform="BOOL"), "can't be transformed"),
        (with_output(transform="ASOF"), "can't be transformed"),
        (with_output(codes=["here"]), "brings its own codes"),
        (with_output(attribute="life_status", transform="ENUM"), "needs codes"),
        (with_output(attribute="life_status", transform="ENUM", codes=["dead"]), "needs codes"),
        (with_output(attribute="life_status", transform="ENUM3", codes=["moved"]), "exactly three"),
        (with_output(only_if={"attribute": "life_status", "equals": "moved"}), "doesn't come before"),
        (record(never=["life_status"]), "no attribute of class C"),
        (record(approvals={"single": "section_head"}), "approvals don't fit"),
        (record(outputs=record()["outputs"] * 2), "stands twice"),
        (record(decision_support_only=False), "decision_support_only"),
        (record(record_days=1094), "record_days"),
        (record(surplus=1), "surplus"),
        (record(legal_basis=[]), "legal_basis"),
    ],
)
def test_a_purpose_that_says_too_much_does_not_load(content: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Purpose.model_validate(content)


def test_a_condition_names_a_value_that_can_be() -> None:
    outputs = record()["outputs"]
    outputs[2]["only_if"]["equals"] = "elsewhere"
    with pytest.raises(ValidationError, match="can't have"):
        Purpose.model_validate(record(outputs=outputs))
