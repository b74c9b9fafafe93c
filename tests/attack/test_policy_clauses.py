"""Whoever changes or removes one clause of an agreement that both agencies signed gets a refusal, clause by clause."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from schemas.agreement import MAX_AGREEMENT_BYTES, Agreement, AgreementState, Approval, Party
from schemas.attribute_catalogue import never_released
from schemas.envelope import MessageType
from schemas.formats import digest_of
from schemas.message import MessageError
from schemas.policy import Clause, Deny, Permit, PolicyRequest, Standing, decide
from schemas.problem import ProblemCode
from schemas.purpose_catalogue import load_purposes
from tests.unit.schemas.test_policy import AGREEMENT, CLAIMS, NOW, PROVIDER, REQUEST, REQUESTER, SECONDS, STANDING

LESS: Mapping[Clause, dict[str, Any]] = {
    Clause.PARTIES: {"requester": Party(agency="education.990201", signing_key=AGREEMENT.requester.signing_key)},
    Clause.VALID_FROM: {"valid_from": SECONDS + 1},
    Clause.VALID_UNTIL: {"valid_until": SECONDS},
    Clause.PURPOSE_VERSION: {"purpose_version": AGREEMENT.purpose_version + 1},
    Clause.PURPOSE: {"purpose": "P04"},
    Clause.REGIONS: {"regions": ("990102",)},
    Clause.ATTRIBUTES: {"attributes": ("known_to_civil_affairs",)},
    Clause.MAX_BATCH: {"max_batch": REQUEST.records - 1},
}
"""For each clause that an agreement states by a value: the same agreement, narrower than the request."""

WANTED: Mapping[Clause, PolicyRequest] = {
    Clause.CASE_NUMBER: replace(REQUEST, claims=CLAIMS.model_copy(update={"case": None})),
    Clause.APPROVAL: replace(REQUEST, claims=CLAIMS.model_copy(update={"approver": None})),
    Clause.OFFICER: replace(REQUEST, claims=CLAIMS.model_copy(update={"officer": None})),
    Clause.MESSAGE: replace(REQUEST, claims=CLAIMS.model_copy(update={"type": MessageType.INDEX_BEGIN})),
}
"""For each clause that wants something of the request: the request without it."""


def decided(request: PolicyRequest, standing: Standing | None) -> Permit | Deny:
    purpose = None if standing is None else load_purposes().get(standing.agreement.purpose)
    return decide(request, standing, purpose, never_released(), NOW)


def fulfilled() -> tuple[Clause, ...]:
    decision = decided(REQUEST, STANDING)
    assert isinstance(decision, Permit)
    return decision.clauses


def test_every_clause_of_a_permit_is_attacked_here() -> None:
    assert set(fulfilled()) == {*LESS, *WANTED, Clause.AGREEMENT, Clause.STATE}


@pytest.mark.parametrize("clause", LESS)
def test_a_clause_changed_behind_the_signatures_is_another_agreement(clause: Clause) -> None:
    forged = AGREEMENT.model_copy(update=LESS[clause])
    assert forged.digest() != STANDING.digest
    decision = decided(REQUEST, Standing(forged, forged.digest(), AgreementState.ACTIVE))
    assert decision == Deny(ProblemCode.NO_AGREEMENT, Clause.AGREEMENT)


@pytest.mark.parametrize("clause", LESS)
def test_an_agreement_signed_with_a_narrower_clause_refuses_by_that_clause(clause: Clause) -> None:
    signed = AGREEMENT.model_copy(update=LESS[clause])
    standing = Standing(signed, signed.digest(), AgreementState.ACTIVE)
    decision = decided(replace(REQUEST, claims=CLAIMS.model_copy(update={"agreement": signed.digest()})), standing)
    assert isinstance(decision, Deny)
    assert decision.clause is clause


@pytest.mark.parametrize("clause", WANTED)
def test_a_request_without_what_a_clause_wants_is_refused_by_that_clause(clause: Clause) -> None:
    decision = decided(WANTED[clause], STANDING)
    assert isinstance(decision, Deny)
    assert decision.clause is clause


@pytest.mark.parametrize("state", [state for state in AgreementState if state is not AgreementState.ACTIVE])
def test_no_other_state_is_as_good_as_active(state: AgreementState) -> None:
    assert decided(REQUEST, replace(STANDING, state=state)) == Deny(ProblemCode.AGREEMENT_NOT_ACTIVE, Clause.STATE)


def test_without_the_agreement_nothing_passes() -> None:
    assert decided(REQUEST, None) == Deny(ProblemCode.NO_AGREEMENT, Clause.AGREEMENT)


_OPTIONAL = {name for name, field in Agreement.model_fields.items() if not field.is_required()}


@pytest.mark.parametrize("member", sorted(Agreement.model_fields.keys() - _OPTIONAL))
def test_an_agreement_without_one_of_its_members_is_none(member: str) -> None:
    left = Agreement.model_construct(
        **{name: getattr(AGREEMENT, name) for name in Agreement.model_fields if name != member}
    )
    with pytest.raises(MessageError):
        Agreement.from_bytes(left.to_bytes(), MAX_AGREEMENT_BYTES)


def test_an_agreement_without_what_it_may_leave_out_is_another_one() -> None:
    """So that no signature under it counts: neither is a lead body dropped, nor a version made the first."""
    lead = Party(agency="lead_body.990000", signing_key=AGREEMENT.provider.signing_key)
    told = AGREEMENT.model_copy(update={"lead": lead, "replaces": AGREEMENT.digest(), "revision": 2})
    assert {"lead", "replaces", "revision"} == _OPTIONAL
    left = ({"lead": None}, {"replaces": None, "revision": 1}, dict.fromkeys(("lead", "replaces")) | {"revision": 1})
    digests = {told.model_copy(update=dict(without)).digest() for without in left}
    assert len({told.digest(), *digests}) == 4


@pytest.mark.parametrize("clause", [clause for clause in Clause if clause in Agreement.model_fields])
def test_a_clause_that_bears_a_member_s_name_is_signed(clause: Clause) -> None:
    """Every value that such a clause reads is under both signatures: another value gives another digest."""
    other = {
        "purpose": "P04",
        "case_number_required": False,
        "approval": Approval.NONE,
        "valid_from": SECONDS - 61,
        "valid_until": SECONDS + 61,
        "purpose_version": 99,
        "regions": ("9901",),
        "attributes": ("known_to_civil_affairs",),
        "max_batch": 11,
    }
    assert AGREEMENT.model_copy(update={clause.value: other[clause.value]}).digest() != STANDING.digest


def test_parties_are_signed_with_their_keys() -> None:
    for member, agency in (("requester", REQUESTER), ("provider", PROVIDER)):
        other = Party(agency=agency, signing_key=digest_of(b"another key"))
        assert AGREEMENT.model_copy(update={member: other}).digest() != STANDING.digest
