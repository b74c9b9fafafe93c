"""The decision: each clause refuses for its own reason, and nothing passes by default."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from schemas.agreement import Agreement, AgreementState, Approval, Party
from schemas.attribute_catalogue import never_released
from schemas.envelope import EnvelopeClaims, MessageType
from schemas.formats import digest_of
from schemas.policy import Clause, Deny, Permit, PolicyRequest, Standing, decide
from schemas.problem import ProblemCode
from schemas.purpose_catalogue import load_purposes

NOW = datetime(2026, 3, 5, 8, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
REQUESTER, PROVIDER = "education.990101", "civil_affairs.990101"

AGREEMENT = Agreement(
    version=1,
    id="0b7a6f1e-4a52-4a7c-9f4e-0f0f0f0f0f0f",
    purpose="P01",
    purpose_version=load_purposes()["P01"].version,
    requester=Party(agency=REQUESTER, signing_key=digest_of(b"requester")),
    provider=Party(agency=PROVIDER, signing_key=digest_of(b"provider")),
    attributes=("category_group",),
    regions=("990101",),
    linkage_schema="G/1",
    valid_from=SECONDS - 60,
    valid_until=SECONDS + 60,
    case_number_required=True,
    approval=Approval.SECOND_PERSON,
    max_batch=10,
    evaluations_per_day=100,
    releases_per_day=100,
    officer_evaluations_per_day=100,
    officer_releases_per_day=100,
    retention_days=90,
)
STANDING = Standing(AGREEMENT, AGREEMENT.digest(), AgreementState.ACTIVE)

CLAIMS = EnvelopeClaims(
    type=MessageType.MATCH,
    issuer=REQUESTER,
    audience="gateway.990101",
    id="1b7a6f1e-4a52-4a7c-9f4e-0f0f0f0f0f0f",
    issued_at=SECONDS,
    expires_at=SECONDS + 60,
    body=digest_of(b"body"),
    agreement=STANDING.digest,
    purpose="P01",
    region="990101",
    case="TA-2026-0415",
    officer="officer-07",
    approver="head-02",
)
REQUEST = PolicyRequest(
    claims=CLAIMS, provider=PROVIDER, records=10, attributes=("category_group",), counties=("990101", None)
)

FULFILLED = (
    Clause.AGREEMENT,
    Clause.MESSAGE,
    Clause.PARTIES,
    Clause.STATE,
    Clause.VALID_FROM,
    Clause.VALID_UNTIL,
    Clause.PURPOSE,
    Clause.PURPOSE_VERSION,
    Clause.OFFICER,
    Clause.CASE_NUMBER,
    Clause.APPROVAL,
    Clause.REGIONS,
    Clause.ATTRIBUTES,
    Clause.MAX_BATCH,
)


def decided(request: PolicyRequest = REQUEST, standing: Standing | None = STANDING, now: datetime = NOW) -> Any:
    return decide(request, standing, load_purposes()["P01"], never_released(), now)


def asking(**changes: object) -> PolicyRequest:
    return replace(REQUEST, claims=CLAIMS.model_copy(update=changes))


def standing_with(**changes: object) -> tuple[Standing, PolicyRequest]:
    agreement = AGREEMENT.model_copy(update=changes)
    return replace(STANDING, agreement=agreement, digest=agreement.digest()), asking(agreement=agreement.digest())


def test_what_is_agreed_is_permitted() -> None:
    assert decided() == Permit(STANDING.digest, FULFILLED)


@pytest.mark.parametrize(
    ("request_", "code", "clause"),
    [
        (asking(type=MessageType.INDEX_BEGIN), "wrong_message_type", "message"),
        (asking(type=MessageType.EXCHANGE_ANSWER), "wrong_message_type", "message"),
        (asking(agreement=digest_of(b"other")), "no_agreement", "agreement"),
        (asking(agreement=None), "no_agreement", "agreement"),
        (asking(issuer="education.990201"), "not_a_party", "parties"),
        (asking(issuer=PROVIDER), "not_a_party", "parties"),
        (replace(REQUEST, provider="civil_affairs.990201"), "not_a_party", "parties"),
        (asking(purpose="P04"), "purpose_differs", "purpose"),
        (asking(purpose=None), "purpose_differs", "purpose"),
        (asking(officer=None), "officer_missing", "officer"),
        (asking(case=None), "case_number_missing", "case_number_required"),
        (asking(approver=None), "approval_missing", "approval"),
        (asking(approver="officer-07"), "approval_missing", "approval"),
        (asking(region=None), "region_missing", "regions"),
        (asking(region="990102"), "region_not_agreed", "regions"),
        (asking(region="9901"), "region_not_agreed", "regions"),
        (asking(region="000000"), "region_not_agreed", "regions"),
        (replace(REQUEST, counties=("000000",)), "region_not_agreed", "regions"),
        (replace(REQUEST, counties=("990101", "990102")), "region_not_agreed", "regions"),
        (replace(REQUEST, attributes=()), "attribute_not_agreed", "attributes"),
        (replace(REQUEST, attributes=("known_to_civil_affairs",)), "attribute_not_agreed", "attributes"),
        (replace(REQUEST, attributes=("enrolled",)), "attribute_not_agreed", "attributes"),
        (replace(REQUEST, attributes=("no_such_attribute",)), "attribute_not_agreed", "attributes"),
        (replace(REQUEST, records=11), "batch_too_large", "max_batch"),
    ],
)
def test_each_clause_refuses_for_its_own_reason(request_: PolicyRequest, code: str, clause: str) -> None:
    decision = decided(request_)
    assert isinstance(decision, Deny)
    assert (decision.code, decision.clause) == (ProblemCode(code), clause)


def test_refusal_names_the_record_at_fault() -> None:
    decision = decided(replace(REQUEST, counties=(None, "990101", "990201")))
    assert decision.pointer == "/records/2/county"


@pytest.mark.parametrize("attribute", sorted(never_released())[:5])
def test_class_c_is_refused_even_if_an_agreement_lists_it(attribute: str) -> None:
    standing, request = standing_with(attributes=(attribute,))
    decision = decided(replace(request, attributes=(attribute,)), standing)
    assert decision == Deny(ProblemCode.ATTRIBUTE_NEVER_RELEASED, Clause.ATTRIBUTES, "/attributes/0")


@pytest.mark.parametrize("state", [state for state in AgreementState if state is not AgreementState.ACTIVE])
def test_only_an_active_agreement_lets_anything_pass(state: AgreementState) -> None:
    assert decided(standing=replace(STANDING, state=state)).code is ProblemCode.AGREEMENT_NOT_ACTIVE


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (AGREEMENT.valid_from - 1, "agreement_not_started"),
        (AGREEMENT.valid_from, None),
        (AGREEMENT.valid_until - 1, None),
        (AGREEMENT.valid_until, "agreement_expired"),
    ],
)
def test_the_period_has_exact_ends(seconds: int, code: str | None) -> None:
    decision = decided(now=datetime.fromtimestamp(seconds, UTC))
    assert getattr(decision, "code", None) == code


def test_unknown_purpose_is_refused() -> None:
    assert decide(REQUEST, STANDING, None, never_released(), NOW) == Deny(ProblemCode.PURPOSE_UNKNOWN, Clause.PURPOSE)


def test_purpose_that_is_only_described_is_refused() -> None:
    purpose = load_purposes()["P02"]
    standing, request = standing_with(purpose="P02", purpose_version=purpose.version)
    assert decide(request, standing, purpose, never_released(), NOW).code is ProblemCode.PURPOSE_UNKNOWN  # type: ignore[union-attr]


def test_another_version_of_the_purpose_is_refused() -> None:
    standing, request = standing_with(purpose_version=99)
    decision = decided(request, standing)
    assert (decision.code, decision.clause) == (ProblemCode.PURPOSE_DIFFERS, Clause.PURPOSE_VERSION)


def test_no_agreement_is_refused() -> None:
    assert decided(standing=None).code is ProblemCode.NO_AGREEMENT


def test_evaluation_needs_no_attributes_but_everything_else() -> None:
    evaluation = replace(asking(type=MessageType.EVALUATE), attributes=(), records=10_000)
    assert decided(evaluation) == Permit(STANDING.digest, FULFILLED[:-2])
    assert decided(replace(evaluation, claims=evaluation.claims.model_copy(update={"case": None}))).clause


@pytest.mark.parametrize("message_type", [MessageType.MATCH_PART, MessageType.MATCH_REVIEW])
@pytest.mark.parametrize("left_out", [None, "case", "officer", "approver", "region"])
def test_parts_and_reviews_need_no_attributes_but_everything_else(
    message_type: MessageType, left_out: str | None
) -> None:
    changes: dict[str, object] = {"type": message_type} | ({left_out: None} if left_out else {})
    decision = decided(replace(asking(**changes), attributes=()))
    assert isinstance(decision, Deny) == (left_out is not None)


def test_a_part_has_no_more_records_than_a_batch() -> None:
    decision = decided(replace(asking(type=MessageType.MATCH_PART), attributes=(), records=11))
    assert decision == Deny(ProblemCode.BATCH_TOO_LARGE, Clause.MAX_BATCH)


@given(st.sampled_from(["agreement", "purpose", "region"]), st.sampled_from([None, "P04", "990102", "990201"]))
def test_nothing_but_what_was_agreed_passes(member: str, value: str | None) -> None:
    assume(not (member == "region" and value == "P04"))
    assert isinstance(decided(asking(**{member: value})), Deny)


def test_a_region_scope_that_is_no_code_covers_nothing_and_spoils_nothing() -> None:
    standing, request = standing_with(regions=("00", "990101"))
    assert isinstance(decided(request, standing), Permit)
    standing, request = standing_with(regions=("00",))
    assert decided(request, standing).code is ProblemCode.REGION_NOT_AGREED


def test_clauses_that_ask_nothing_of_a_request_are_not_fulfilled_by_it() -> None:
    standing, request = standing_with(case_number_required=False, approval=Approval.NONE)
    decision = decided(request, standing)
    assert set(FULFILLED) - set(decision.clauses) == {Clause.CASE_NUMBER, Clause.APPROVAL}


def test_empty_references_are_none() -> None:
    unchecked = CLAIMS.model_copy(update={"approver": ""})
    assert decided(replace(REQUEST, claims=unchecked)).code is ProblemCode.APPROVAL_MISSING


def test_refusal_names_the_attribute_at_fault() -> None:
    decision = decided(replace(REQUEST, attributes=("category_group", "enrolled")))
    assert decision.pointer == "/attributes/1"
    assert decided(replace(REQUEST, attributes=())).pointer == "/attributes"
