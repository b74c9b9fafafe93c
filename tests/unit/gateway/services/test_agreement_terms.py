"""An agreement narrows its purpose: each term that is wider is refused and named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.services.agreement_terms import require_registered_terms
from gateway.services.members import Members
from schemas.agreement import Agreement, Approval, Party
from schemas.messages.registry import Member
from schemas.problem import ProblemCode, ProblemError
from schemas.purpose_catalogue import load_purposes

NOW = 1_800_000_000
KEY = "A" * 43


def _member(agency: str, region: str) -> Member:
    return Member(
        agency=agency,
        agency_type=agency.split(".", maxsplit=1)[0],
        name_zh="测试",
        name_en="Test",
        region=region,
        endpoint="http://127.0.0.1:9",
        statements=("a.b.c",),
    )


MEMBERS = {
    agency: _member(agency, "990101")
    for agency in ("civil_affairs.990101", "disabled_federation.990101", "education.990101")
}
REGISTER = Members(1, MEMBERS, dict.fromkeys(MEMBERS, KEY))


def _agreement(**changes: object) -> Agreement:
    stated: dict[str, object] = {
        "version": 1,
        "id": "00000000-0000-4000-8000-000000000000",
        "purpose": "P01",
        "purpose_version": 1,
        "requester": Party(agency="education.990101", signing_key=KEY),
        "provider": Party(agency="civil_affairs.990101", signing_key=KEY),
        "attributes": ("category_group", "known_to_civil_affairs"),
        "regions": ("990101",),
        "linkage_schema": "G/1",
        "valid_from": NOW,
        "valid_until": NOW + 86400,
        "case_number_required": True,
        "approval": Approval.NONE,
        "max_batch": 300,
        "evaluations_per_day": 4800,
        "releases_per_day": 300,
        "officer_evaluations_per_day": 3200,
        "officer_releases_per_day": 200,
        "retention_days": 90,
    }
    return Agreement.model_validate({**stated, **changes})


def _refusal(**changes: object) -> tuple[ProblemCode, str]:
    with pytest.raises(ProblemError) as caught:
        require_registered_terms(_agreement(**changes), REGISTER, NOW)
    return caught.value.code, caught.value.pointer


def test_the_purpose_s_own_limits_are_sound() -> None:
    require_registered_terms(_agreement(), REGISTER, NOW)


@pytest.mark.parametrize(
    ("term", "value"),
    [
        ("purpose_version", 2),
        ("linkage_schema", "G1/1"),
        ("case_number_required", False),
        ("max_batch", 301),
        ("evaluations_per_day", 4801),
        ("releases_per_day", 301),
        ("officer_evaluations_per_day", 3201),
        ("officer_releases_per_day", 201),
        ("retention_days", 91),
    ],
)
def test_a_wider_term_is_named(term: str, value: object) -> None:
    assert _refusal(**{term: value}) == (ProblemCode.AGREEMENT_INVALID, f"/agreement/{term}")


def test_agencies_that_the_purpose_does_not_name() -> None:
    civil = Party(agency="civil_affairs.990101", signing_key=KEY)
    federation = Party(agency="disabled_federation.990101", signing_key=KEY)
    education = Party(agency="education.990101", signing_key=KEY)
    assert _refusal(requester=civil, provider=federation)[1] == "/agreement/requester"
    assert _refusal(purpose="P04", requester=civil, provider=education)[1] == "/agreement/provider"


def test_a_provider_s_attributes_are_its_own() -> None:
    assert _refusal(attributes=("hukou_status",)) == (
        ProblemCode.ATTRIBUTE_NOT_AGREED,
        "/agreement/attributes/0",
    )


@pytest.mark.parametrize("regions", [("99",), ("9901",), ("990101", "990102")])
def test_regions_beyond_the_requester_s_own(regions: tuple[str, ...]) -> None:
    assert _refusal(regions=regions)[0] is ProblemCode.REGION_NOT_AGREED


def test_a_township_of_the_requester_s_region_is_sound() -> None:
    require_registered_terms(_agreement(regions=("990101001",)), REGISTER, NOW)


def test_parties_and_their_keys_are_those_of_the_register() -> None:
    stranger = Party(agency="education.990199", signing_key=KEY)
    assert _refusal(requester=stranger) == (ProblemCode.UNKNOWN_MEMBER, "/agreement/requester")
    other_key = Party(agency="civil_affairs.990101", signing_key="B" * 42 + "A")
    assert _refusal(provider=other_key) == (ProblemCode.AGREEMENT_INVALID, "/agreement/provider/signing_key")


def test_an_agreement_that_is_over_is_not_begun() -> None:
    assert _refusal(valid_from=1, valid_until=NOW)[0] is ProblemCode.AGREEMENT_EXPIRED


@given(st.sampled_from(sorted(load_purposes())), st.sampled_from(["case_file", "disability_class", "hukou_address"]))
def test_no_purpose_lets_class_c_through(purpose: str, attribute: str) -> None:
    """Such an agreement has no form in which it could be read; one put together past its form is refused too."""
    with pytest.raises(ProblemError):
        require_registered_terms(
            _agreement(purpose=purpose).model_copy(update={"attributes": (attribute,)}), REGISTER, NOW
        )


@pytest.mark.parametrize("region", ["01", "000000"])
def test_what_is_no_region_code_is_not_agreed(region: str) -> None:
    assert _refusal(regions=(region,)) == (ProblemCode.REGION_NOT_AGREED, "/agreement/regions/0")
