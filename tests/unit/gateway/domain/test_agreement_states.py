import pytest

from gateway.domain.agreement_states import Step, UnlawfulStepError, state_after
from schemas.agreement import AgreementState

LAWFUL = {
    ("proposed", "sign"): "active",
    ("active", "suspend"): "suspended",
    ("suspended", "resume"): "active",
    ("proposed", "revoke"): "revoked",
    ("active", "revoke"): "revoked",
    ("suspended", "revoke"): "revoked",
}


@pytest.mark.parametrize("state", AgreementState)
@pytest.mark.parametrize("step", ["sign", "suspend", "resume", "revoke"])
def test_every_step_from_every_state(state: AgreementState, step: Step) -> None:
    after = LAWFUL.get((state.value, step))
    if after is None:
        with pytest.raises(UnlawfulStepError):
            state_after(state, step)
    else:
        assert state_after(state, step).value == after
