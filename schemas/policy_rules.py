"""The rules of the decision, each a pure function of one case; `docs/reference/policy.md` states them in words."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from schemas.agreement import Agreement, AgreementState, Approval
from schemas.envelope import EnvelopeClaims, MessageType
from schemas.policy_parts import Clause, Deny, PolicyRequest, Standing
from schemas.problem import ProblemCode
from schemas.purpose_catalogue import Purpose
from schemas.regions import covers

WITH_ATTRIBUTES: Final = frozenset(
    {MessageType.MATCH, MessageType.EXCHANGE, MessageType.STATISTICS, MessageType.PARENTS_OPEN}
)
QUESTIONS: Final = WITH_ATTRIBUTES | {
    MessageType.EVALUATE,
    MessageType.MATCH_PART,
    MessageType.MATCH_REVIEW,
    MessageType.PARENTS_RESOLVE,
}
"""What officers ask for."""

REQUESTER_STEPS: Final = frozenset({MessageType.BOARD_OPEN, MessageType.BOARD_ACTIVATE})
PROVIDER_STEPS: Final = frozenset(
    {
        MessageType.BOARD_SHARE,
        MessageType.BOARD_PART,
        MessageType.BOARD_TURN,
        MessageType.BOARD_READ,
        MessageType.BOARD_EVALUATE,
    }
)
STEPS: Final = REQUESTER_STEPS | PROVIDER_STEPS
"""What connectors do for the board of the private OR: about no child in particular, so nobody asks and nobody approves.

Of a type that is neither a question nor a step, nothing passes.
"""


@dataclass(frozen=True, slots=True)
class Case:
    """A request beside the agreement that it names: what the rules look at."""

    request: PolicyRequest
    standing: Standing
    purpose: Purpose
    never_released: frozenset[str]
    now: datetime

    @property
    def agreement(self) -> Agreement:
        """The agreement's terms."""
        return self.standing.agreement

    @property
    def claims(self) -> EnvelopeClaims:
        """The claims of the request's envelope."""
        return self.request.claims


Finding = Deny | tuple[Clause, ...]
"""What a rule finds: a refusal, or the clauses that are fulfilled; none where it asks nothing of this request."""


def _message(case: Case) -> Finding:
    if case.claims.type not in QUESTIONS | STEPS:
        return Deny(ProblemCode.WRONG_MESSAGE_TYPE, Clause.MESSAGE)
    return (Clause.MESSAGE,)


def _parties(case: Case) -> Finding:
    requester, provider = case.agreement.requester.agency, case.agreement.provider.agency
    issuer = provider if case.claims.type in PROVIDER_STEPS else requester
    if (case.claims.issuer, case.request.provider) != (issuer, provider):
        return Deny(ProblemCode.NOT_A_PARTY, Clause.PARTIES)
    return (Clause.PARTIES,)


def _state(case: Case) -> Finding:
    if case.standing.state is not AgreementState.ACTIVE:
        return Deny(ProblemCode.AGREEMENT_NOT_ACTIVE, Clause.STATE)
    return (Clause.STATE,)


def _period(case: Case) -> Finding:
    seconds = case.now.timestamp()
    if seconds < case.agreement.valid_from:
        return Deny(ProblemCode.AGREEMENT_NOT_STARTED, Clause.VALID_FROM)
    if seconds >= case.agreement.valid_until:
        return Deny(ProblemCode.AGREEMENT_EXPIRED, Clause.VALID_UNTIL)
    return (Clause.VALID_FROM, Clause.VALID_UNTIL)


def _purpose(case: Case) -> Finding:
    if case.claims.purpose != case.agreement.purpose:
        return Deny(ProblemCode.PURPOSE_DIFFERS, Clause.PURPOSE)
    if case.purpose.version != case.agreement.purpose_version:
        return Deny(ProblemCode.PURPOSE_DIFFERS, Clause.PURPOSE_VERSION)
    return (Clause.PURPOSE, Clause.PURPOSE_VERSION)


def _officer(case: Case) -> Finding:
    return (Clause.OFFICER,) if case.claims.officer else Deny(ProblemCode.OFFICER_MISSING, Clause.OFFICER)


def _case_number(case: Case) -> Finding:
    if not case.agreement.case_number_required:
        return ()
    return (Clause.CASE_NUMBER,) if case.claims.case else Deny(ProblemCode.CASE_NUMBER_MISSING, Clause.CASE_NUMBER)


def _approval(case: Case) -> Finding:
    if case.agreement.approval is Approval.NONE:
        return ()
    if not case.claims.approver or case.claims.approver == case.claims.officer:
        return Deny(ProblemCode.APPROVAL_MISSING, Clause.APPROVAL)
    return (Clause.APPROVAL,)


def _emergency(case: Case) -> Finding:
    is_one = case.claims.emergency is not None
    if case.purpose.approvals.emergency is None:
        return Deny(ProblemCode.EMERGENCY_NOT_AGREED, Clause.EMERGENCY) if is_one else ()
    return (Clause.EMERGENCY,) if is_one else Deny(ProblemCode.EMERGENCY_REASON_MISSING, Clause.EMERGENCY)


def _region(case: Case) -> Finding:
    regions = case.agreement.regions
    if case.claims.region is None:
        return Deny(ProblemCode.REGION_MISSING, Clause.REGIONS)
    if not covers(regions, case.claims.region):
        return Deny(ProblemCode.REGION_NOT_AGREED, Clause.REGIONS)
    for place, county in enumerate(case.request.counties):
        if county is not None and not covers(regions, county):
            return Deny(ProblemCode.REGION_NOT_AGREED, Clause.REGIONS, f"/records/{place}/county")
    return (Clause.REGIONS,)


def _attributes(case: Case) -> Finding:
    asked = case.request.attributes
    if not asked:
        is_wanting = case.claims.type in WITH_ATTRIBUTES
        return Deny(ProblemCode.ATTRIBUTE_NOT_AGREED, Clause.ATTRIBUTES, "/attributes") if is_wanting else ()
    released = {output.attribute for output in case.purpose.outputs}
    for place, attribute in enumerate(asked):
        if attribute in case.never_released:
            return Deny(ProblemCode.ATTRIBUTE_NEVER_RELEASED, Clause.ATTRIBUTES, f"/attributes/{place}")
        if attribute not in case.agreement.attributes or attribute not in released:
            return Deny(ProblemCode.ATTRIBUTE_NOT_AGREED, Clause.ATTRIBUTES, f"/attributes/{place}")
    return (Clause.ATTRIBUTES,)


def _batch(case: Case) -> Finding:
    if case.claims.type is MessageType.EVALUATE:
        return ()
    if case.request.records > case.agreement.max_batch:
        return Deny(ProblemCode.BATCH_TOO_LARGE, Clause.MAX_BATCH)
    return (Clause.MAX_BATCH,)


RULES: Final[tuple[Callable[[Case], Finding], ...]] = (
    _message,
    _parties,
    _state,
    _period,
    _purpose,
    _officer,
    _case_number,
    _approval,
    _emergency,
    _region,
    _attributes,
    _batch,
)
"""In the order in which they are checked."""

STEP_RULES: Final[tuple[Callable[[Case], Finding], ...]] = (_message, _parties, _state, _period, _purpose, _attributes)
"""Those of them that bind steps: no officer asks, and there is no child whose region could be told."""
