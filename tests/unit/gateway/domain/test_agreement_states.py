"""Every step from every state by everybody: what the table allows stands here once more, and all else is refused."""

from itertools import product

import pytest

from gateway.domain.agreement_states import Past, UnlawfulStepError, has_lead, past_of, role_of, state_after
from schemas.agreement import Agreement, AgreementState, Party
from schemas.agreement_steps import AgreementHistoryStep, AgreementStep
from schemas.formats import digest_of
from tests.unit.gateway.domain.test_clauses import AGREEMENT as BILATERAL

LEAD = Party(agency="lead_body.990100", signing_key=digest_of(b"lead"))
AGREEMENT = BILATERAL.model_copy(update={"lead": LEAD})
REQUESTER, PROVIDER = AGREEMENT.requester.agency, AGREEMENT.provider.agency
AGENCIES = {"requester": REQUESTER, "provider": PROVIDER, "lead": LEAD.agency, "clock": None, "stranger": "x.990101"}
UNSIGNED, SIGNED = ("proposed", "in_review", "disputed"), ("agreed", "active", "suspended")
LAWFUL = {
    ("proposed", "accept_complete", "provider"): "in_review",
    ("proposed", "return_incomplete", "provider"): "incomplete",
    ("in_review", "extend", "provider"): "in_review",
    ("proposed", "refuse", "provider"): "refused",
    ("in_review", "refuse", "provider"): "refused",
    ("refused", "dispute", "requester"): "disputed",
    ("disputed", "settle_reopen", "lead"): "in_review",
    ("disputed", "settle_refuse", "lead"): "refused",
    ("proposed", "sign", "provider"): "agreed",
    ("in_review", "sign", "provider"): "agreed",
    ("agreed", "countersign", "lead"): "active",
    **{(state, "suspend", who): "suspended" for state in SIGNED[1:] for who in ("requester", "provider", "lead")},
    **{(state, "revoke", "requester"): "revoked" for state in (*UNSIGNED, *SIGNED)},
    **{(state, "revoke", "provider"): "revoked" for state in SIGNED},
    **{(state, "replace", "clock"): "replaced" for state in SIGNED[1:]},
    **{(state, "expire", "clock"): "expired" for state in (*UNSIGNED, *SIGNED)},
}


def _after(state: str, step: str, who: str, past: Past = Past(), agreement: Agreement = AGREEMENT) -> str | None:  # noqa: B008 - frozen
    try:
        return state_after(agreement, AgreementState(state), AgreementStep(step), AGENCIES[who], past).value
    except UnlawfulStepError:
        return None


@pytest.mark.parametrize("state", AgreementState)
def test_every_step_from_every_state_by_everybody(state: AgreementState) -> None:
    for step, who in product(AgreementStep, AGENCIES):
        assert _after(state.value, step.value, who) == LAWFUL.get((state.value, step.value, who))


def test_without_a_lead_body_the_providers_signature_is_the_last_and_nobody_settles() -> None:
    assert not has_lead(BILATERAL)
    assert _after("proposed", "sign", "provider", agreement=BILATERAL) == "active"
    assert _after("refused", "dispute", "requester", agreement=BILATERAL) is None
    assert _after("active", "suspend", "lead", agreement=BILATERAL) is None


def test_a_lead_body_that_is_a_party_signs_once_and_judges_nothing_of_its_own() -> None:
    own = BILATERAL.model_copy(update={"lead": BILATERAL.provider})
    assert own.signers == (BILATERAL.requester, BILATERAL.provider)
    assert role_of(own, PROVIDER) == "provider"
    assert _after("in_review", "sign", "provider", agreement=own) == "active"
    assert _after("refused", "dispute", "requester", agreement=own) is None


@pytest.mark.parametrize(
    ("state", "step", "who", "past"),
    [
        ("in_review", "extend", "provider", Past(steps=frozenset({AgreementStep.EXTEND}))),
        ("in_review", "extend", "provider", Past(is_overdue=True)),
        ("refused", "dispute", "requester", Past(steps=frozenset({AgreementStep.DISPUTE}))),
        ("proposed", "return_incomplete", "provider", Past(was_returned=True)),
        ("suspended", "suspend", "lead", Past(suspended_by=frozenset({LEAD.agency}))),
        ("suspended", "resume", "provider", Past(suspended_by=frozenset({REQUESTER, LEAD.agency}))),
    ],
)
def test_what_may_happen_once_happens_once(state: str, step: str, who: str, past: Past) -> None:
    assert _after(state, step, who, past) is None


def test_whoever_suspended_resumes_and_the_last_lets_it_be_active() -> None:
    both = Past(suspended_by=frozenset({REQUESTER, LEAD.agency}))
    assert _after("suspended", "resume", "lead", both) == "suspended"
    assert _after("suspended", "resume", "requester", Past(suspended_by=frozenset({REQUESTER}))) == "active"


def test_the_past_is_read_from_the_history() -> None:
    history = [
        AgreementHistoryStep(step=AgreementStep.EXTEND, agency=PROVIDER, at=1),
        AgreementHistoryStep(step=AgreementStep.SUSPEND, agency=PROVIDER, at=2),
        AgreementHistoryStep(step=AgreementStep.SUSPEND, agency=LEAD.agency, at=3),
        AgreementHistoryStep(step=AgreementStep.RESUME, agency=PROVIDER, at=4),
    ]
    past = past_of(history, was_returned=True)
    assert past.suspended_by == {LEAD.agency}
    assert past.was_returned
    assert AgreementStep.EXTEND in past.steps
