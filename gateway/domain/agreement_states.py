"""Which step an agency may take in an agreement's life, and where it leads.

| step    | from                          | to        |
|---------|-------------------------------|-----------|
| sign    | proposed                      | active    |
| suspend | active                        | suspended |
| resume  | suspended                     | active    |
| revoke  | proposed, active, suspended   | revoked   |
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

from schemas.agreement import AgreementState

Step = Literal["sign", "suspend", "resume", "revoke"]


class UnlawfulStepError(Exception):
    """The agreement does not stand where this step can be taken."""


_STEPS: Final[Mapping[tuple[AgreementState, Step], AgreementState]] = MappingProxyType(
    {
        (AgreementState.PROPOSED, "sign"): AgreementState.ACTIVE,
        (AgreementState.ACTIVE, "suspend"): AgreementState.SUSPENDED,
        (AgreementState.SUSPENDED, "resume"): AgreementState.ACTIVE,
        (AgreementState.PROPOSED, "revoke"): AgreementState.REVOKED,
        (AgreementState.ACTIVE, "revoke"): AgreementState.REVOKED,
        (AgreementState.SUSPENDED, "revoke"): AgreementState.REVOKED,
    }
)


def state_after(state: AgreementState, step: Step) -> AgreementState:
    """Return the state that `step` leads to; raises UnlawfulStepError."""
    after = _STEPS.get((state, step))
    if after is None:
        raise UnlawfulStepError(f"{step} is no step from {state.value}")
    return after
