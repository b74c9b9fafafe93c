"""Which step somebody may take in an agreement's life, and where it leads.

| step              | from                                             | by                 | to                  |
|-------------------|--------------------------------------------------|--------------------|---------------------|
| accept_complete   | proposed                                         | provider           | in_review           |
| return_incomplete | proposed, if the version before was not returned | provider           | incomplete          |
| extend            | in_review, once, before the answer is due        | provider           | in_review           |
| refuse            | proposed, in_review                              | provider           | refused             |
| dispute           | refused, once, where there is a lead body        | requester          | disputed            |
| settle_reopen     | disputed                                         | lead body          | in_review           |
| settle_refuse     | disputed                                         | lead body          | refused, for good   |
| sign              | proposed, in_review                              | provider           | agreed, or active   |
| countersign       | agreed                                           | lead body          | active              |
| suspend           | active, suspended by others                      | parties, lead body | suspended           |
| resume            | suspended                                        | who suspended it   | active, if the last |
| revoke            | proposed, in_review, disputed                    | requester          | revoked             |
| revoke            | agreed, active, suspended                        | either party       | revoked             |
| replace           | active, suspended                                | the clock          | replaced            |
| expire            | whatever has not ended                           | the clock          | expired             |

The lead body has a part only where it is neither requester nor provider; an agreement without one is active as soon as
the provider has signed. Whatever stands in no line is refused.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from schemas.agreement import Agreement, AgreementState
from schemas.agreement_steps import AgreementHistoryStep, AgreementStep


class Role(StrEnum):
    """In what part somebody takes a step."""

    REQUESTER = "requester"
    PROVIDER = "provider"
    LEAD = "lead"
    CLOCK = "clock"


class UnlawfulStepError(Exception):
    """The agreement does not stand where this step can be taken, or not by this agency."""


@dataclass(frozen=True, slots=True)
class Past:
    """What has happened that the state alone does not tell.

    `suspended_by`: who suspended and has not resumed. `was_returned`: whether an earlier version was returned as
    incomplete. `is_overdue`: whether the answer is due already.
    """

    steps: frozenset[AgreementStep] = frozenset()
    suspended_by: frozenset[str] = frozenset()
    was_returned: bool = False
    is_overdue: bool = False


_State, _Step = AgreementState, AgreementStep
_REVIEWED: Final = frozenset({_State.PROPOSED, _State.IN_REVIEW})
_UNSIGNED: Final = _REVIEWED | {_State.DISPUTED}
_SIGNED: Final = frozenset({_State.AGREED, _State.ACTIVE, _State.SUSPENDED})
IN_FORCE: Final = frozenset({_State.ACTIVE, _State.SUSPENDED})
"""All have signed, and it has not ended."""

_PARTIES: Final = frozenset({Role.REQUESTER, Role.PROVIDER})
_PROVIDER: Final = frozenset({Role.PROVIDER})
_REQUESTER: Final = frozenset({Role.REQUESTER})
_LEAD: Final = frozenset({Role.LEAD})
_CLOCK: Final = frozenset({Role.CLOCK})

UNDER_WAY: Final = _UNSIGNED | {_State.AGREED}
"""A version that may still become active; while there is one, no other is proposed."""

Line = tuple[AgreementStep, frozenset[AgreementState], frozenset[Role], AgreementState]

TABLE: Final[tuple[Line, ...]] = (
    (_Step.ACCEPT_COMPLETE, frozenset({_State.PROPOSED}), _PROVIDER, _State.IN_REVIEW),
    (_Step.RETURN_INCOMPLETE, frozenset({_State.PROPOSED}), _PROVIDER, _State.INCOMPLETE),
    (_Step.EXTEND, frozenset({_State.IN_REVIEW}), _PROVIDER, _State.IN_REVIEW),
    (_Step.REFUSE, _REVIEWED, _PROVIDER, _State.REFUSED),
    (_Step.DISPUTE, frozenset({_State.REFUSED}), _REQUESTER, _State.DISPUTED),
    (_Step.SETTLE_REOPEN, frozenset({_State.DISPUTED}), _LEAD, _State.IN_REVIEW),
    (_Step.SETTLE_REFUSE, frozenset({_State.DISPUTED}), _LEAD, _State.REFUSED),
    (_Step.SIGN, _REVIEWED, _PROVIDER, _State.AGREED),
    (_Step.COUNTERSIGN, frozenset({_State.AGREED}), _LEAD, _State.ACTIVE),
    (_Step.SUSPEND, IN_FORCE, _PARTIES | _LEAD, _State.SUSPENDED),
    (_Step.RESUME, frozenset({_State.SUSPENDED}), _PARTIES | _LEAD, _State.ACTIVE),
    (_Step.REVOKE, _UNSIGNED, _REQUESTER, _State.REVOKED),
    (_Step.REVOKE, _SIGNED, _PARTIES, _State.REVOKED),
    (_Step.REPLACE, IN_FORCE, _CLOCK, _State.REPLACED),
    (_Step.EXPIRE, _UNSIGNED | _SIGNED, _CLOCK, _State.EXPIRED),
)

_BY_PLACE: Final[Mapping[tuple[AgreementState, AgreementStep, Role], AgreementState]] = MappingProxyType(
    {(state, step, role): after for step, states, roles, after in TABLE for state in states for role in roles}
)


def role_of(agreement: Agreement, agency: str) -> Role | None:
    """Return the part that `agency` has in an agreement; a lead body that is a party has that party's alone."""
    if agency == agreement.requester.agency:
        return Role.REQUESTER
    if agency == agreement.provider.agency:
        return Role.PROVIDER
    return Role.LEAD if agreement.lead is not None and agency == agreement.lead.agency else None


def has_lead(agreement: Agreement) -> bool:
    """Return whether there is a lead body beside the two parties."""
    return len(agreement.signers) > len(_PARTIES)


def past_of(history: Iterable[AgreementHistoryStep], *, was_returned: bool = False, is_overdue: bool = False) -> Past:
    """Return what an agreement's whole history, oldest first, adds to its state."""
    suspended_by: set[str] = set()
    steps = set()
    for told in history:
        steps.add(told.step)
        if told.step is AgreementStep.SUSPEND:
            suspended_by.add(told.agency)
        elif told.step is AgreementStep.RESUME:
            suspended_by.discard(told.agency)
    return Past(frozenset(steps), frozenset(suspended_by), was_returned, is_overdue)


def state_after(
    agreement: Agreement, state: AgreementState, step: AgreementStep, agency: str | None, past: Past
) -> AgreementState:
    """Return the state that a step leads to.

    Args:
        agreement: whose life it is.
        state: where it stands.
        step: what is to be done.
        agency: by whom; None for the clock.
        past: what happened before.

    Raises:
        UnlawfulStepError: the table has no such line, or its condition is not met.
    """
    role = Role.CLOCK if agency is None else role_of(agreement, agency)
    after = None if role is None else _BY_PLACE.get((state, step, role))
    if after is None or not _is_met(agreement, step, agency, past):
        raise UnlawfulStepError(f"{step.value} is no step from {state.value}")
    if step is AgreementStep.SIGN and not has_lead(agreement):
        return AgreementState.ACTIVE
    if step is AgreementStep.RESUME and past.suspended_by != {agency}:
        return AgreementState.SUSPENDED
    return after


def _is_met(agreement: Agreement, step: AgreementStep, agency: str | None, past: Past) -> bool:
    conditions = {
        AgreementStep.RETURN_INCOMPLETE: not past.was_returned,
        AgreementStep.EXTEND: AgreementStep.EXTEND not in past.steps and not past.is_overdue,
        AgreementStep.DISPUTE: AgreementStep.DISPUTE not in past.steps and has_lead(agreement),
        AgreementStep.SUSPEND: agency not in past.suspended_by,
        AgreementStep.RESUME: agency in past.suspended_by,
    }
    return conditions.get(step, True)
