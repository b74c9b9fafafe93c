"""The decision: may this request pass under this agreement, now? One pure function, used at gateway and provider.

Deny by default: whatever is not stated, not known or not agreed is refused. Rules are checked in the order of
`RULES`, for steps of `STEP_RULES`, and the first that refuses is the deciding one. `docs/reference/policy.md` states
them as numbered clauses.
"""

from datetime import datetime

from schemas.policy_parts import Clause, Deny, Permit, PolicyRequest, Standing
from schemas.policy_rules import RULES, STEP_RULES, STEPS, Case
from schemas.problem import ProblemCode
from schemas.purpose_catalogue import Purpose
from schemas.purpose_parts import PurposeStatus

__all__ = ["Clause", "Deny", "Permit", "PolicyRequest", "Standing", "decide"]


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
        `Permit` with the clauses that were fulfilled, or `Deny` with the first that refuses.
    """
    if standing is None or request.claims.agreement != standing.digest:
        return Deny(ProblemCode.NO_AGREEMENT, Clause.AGREEMENT)
    if purpose is None or purpose.id != standing.agreement.purpose or purpose.status is not PurposeStatus.WORKING:
        return Deny(ProblemCode.PURPOSE_UNKNOWN, Clause.PURPOSE)
    case = Case(request, standing, purpose, never_released, now)
    fulfilled = [Clause.AGREEMENT]
    for rule in STEP_RULES if request.claims.type in STEPS else RULES:
        found = rule(case)
        if isinstance(found, Deny):
            return found
        fulfilled.extend(found)
    return Permit(standing.digest, tuple(fulfilled))
