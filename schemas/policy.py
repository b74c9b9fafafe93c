"""The decision: may this request pass under this agreement, now? One pure function, used at gateway and provider.

Deny by default: whatever is not stated, not known or not agreed is refused. Clauses are checked in the order of
`_CLAUSES`, and the first that refuses is the deciding one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from schemas.agreement import Agreement, AgreementState, Approval, covers_region
from schemas.envelope import EnvelopeClaims, MessageType
from schemas.problem import ProblemCode
from schemas.purpose_catalogue import Purpose
from schemas.purpose_parts import PurposeStatus

_WITHOUT_ATTRIBUTES: Final = frozenset({MessageType.EVALUATE, MessageType.MATCH_PART, MessageType.MATCH_REVIEW})


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRequest:
    """What is to be decided on: the verified envelope and what its body asks for.

    `attributes` is empty where a message asks for none; `counties` are those of single records, where stated.
    """

    claims: EnvelopeClaims
    provider: str
    records: int
    attributes: tuple[str, ...] = ()
    counties: tuple[str | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """An agreement and where it stands, as the decider's own signed copy says."""

    agreement: Agreement
    digest: str
    state: AgreementState


@dataclass(frozen=True, slots=True)
class Permit:
    """The request may pass under the agreement with this digest."""

    agreement: str


@dataclass(frozen=True, slots=True)
class Deny:
    """The request is refused: the stable code, the deciding clause and the place in the body at fault."""

    code: ProblemCode
    clause: str
    pointer: str = ""


@dataclass(frozen=True, slots=True)
class _Case:
    request: PolicyRequest
    standing: Standing
    purpose: Purpose
    never_released: frozenset[str]
    now: datetime

    @property
    def agreement(self) -> Agreement:
        return self.standing.agreement

    @property
    def claims(self) -> EnvelopeClaims:
        return self.request.claims


def decide(
    request: PolicyRequest,
    standing: Standing | None,
    purpose: Purpose | None,
    never_released: frozenset[str],
    now: datetime,
) -> Permit | Deny:
    """Decide on `request` under the agreement that its envelope names.

    Args:
        request: the verified envelope and what the body asks for.
        standing: the agreement with the envelope's digest, or None if there is none.
        purpose: the catalogue's entry of the agreement's purpose, or None.
        never_released: ids of class C attributes.
        now: aware UTC.

    Returns:
        `Permit`, or `Deny` with the first clause that refuses.
    """
    if standing is None or request.claims.agreement != standing.digest:
        return Deny(ProblemCode.NO_AGREEMENT, "agreement")
    if purpose is None or purpose.id != standing.agreement.purpose or purpose.status is not PurposeStatus.WORKING:
        return Deny(ProblemCode.PURPOSE_UNKNOWN, "purpose")
    case = _Case(request, standing, purpose, never_released, now)
    for clause in _CLAUSES:
        if (refusal := clause(case)) is not None:
            return refusal
    return Permit(standing.digest)


def _parties(case: _Case) -> Deny | None:
    parties = (case.agreement.requester.agency, case.agreement.provider.agency)
    if (case.claims.issuer, case.request.provider) != parties:
        return Deny(ProblemCode.NOT_A_PARTY, "parties")
    return None


def _state(case: _Case) -> Deny | None:
    if case.standing.state is not AgreementState.ACTIVE:
        return Deny(ProblemCode.AGREEMENT_NOT_ACTIVE, "state")
    return None


def _period(case: _Case) -> Deny | None:
    seconds = case.now.timestamp()
    if seconds < case.agreement.valid_from:
        return Deny(ProblemCode.AGREEMENT_NOT_STARTED, "valid_from")
    if seconds >= case.agreement.valid_until:
        return Deny(ProblemCode.AGREEMENT_EXPIRED, "valid_until")
    return None


def _purpose(case: _Case) -> Deny | None:
    same = case.claims.purpose == case.agreement.purpose and case.purpose.version == case.agreement.purpose_version
    return None if same else Deny(ProblemCode.PURPOSE_DIFFERS, "purpose")


def _officer(case: _Case) -> Deny | None:
    return None if case.claims.officer else Deny(ProblemCode.OFFICER_MISSING, "officer")


def _case_number(case: _Case) -> Deny | None:
    if case.agreement.case_number_required and not case.claims.case:
        return Deny(ProblemCode.CASE_NUMBER_MISSING, "case_number_required")
    return None


def _approval(case: _Case) -> Deny | None:
    if case.agreement.approval is Approval.SECOND_PERSON and case.claims.approver in {None, case.claims.officer}:
        return Deny(ProblemCode.APPROVAL_MISSING, "approval")
    return None


def _region(case: _Case) -> Deny | None:
    if case.claims.region is None:
        return Deny(ProblemCode.REGION_MISSING, "regions")
    if not covers_region(case.agreement.regions, case.claims.region):
        return Deny(ProblemCode.REGION_NOT_AGREED, "regions")
    for place, county in enumerate(case.request.counties):
        if county is not None and not covers_region(case.agreement.regions, county):
            return Deny(ProblemCode.REGION_NOT_AGREED, "regions", f"/records/{place}/county")
    return None


def _attributes(case: _Case) -> Deny | None:
    if case.claims.type not in _WITHOUT_ATTRIBUTES and not case.request.attributes:
        return Deny(ProblemCode.ATTRIBUTE_NOT_AGREED, "attributes", "/attributes")
    released = {output.attribute for output in case.purpose.outputs}
    for place, attribute in enumerate(case.request.attributes):
        if attribute in case.never_released:
            return Deny(ProblemCode.ATTRIBUTE_NEVER_RELEASED, "attributes", f"/attributes/{place}")
        if attribute not in case.agreement.attributes or attribute not in released:
            return Deny(ProblemCode.ATTRIBUTE_NOT_AGREED, "attributes", f"/attributes/{place}")
    return None


def _batch(case: _Case) -> Deny | None:
    if case.claims.type is not MessageType.EVALUATE and case.request.records > case.agreement.max_batch:
        return Deny(ProblemCode.BATCH_TOO_LARGE, "max_batch")
    return None


_CLAUSES: tuple[Callable[[_Case], Deny | None], ...] = (
    _parties,
    _state,
    _period,
    _purpose,
    _officer,
    _case_number,
    _approval,
    _region,
    _attributes,
    _batch,
)
