"""No change to a request releases more than the agreement allows: whatever is altered, what passes lies within it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import event, given, settings
from hypothesis import strategies as st

from schemas.agreement import AgreementState
from schemas.attribute_catalogue import load_attributes, never_released
from schemas.envelope import MessageType
from schemas.formats import digest_of
from schemas.policy import Permit, PolicyRequest, Standing, decide
from schemas.policy_rules import PROVIDER_STEPS, STEPS
from schemas.purpose_catalogue import load_purposes
from tests.unit.schemas.policy_model import lies_in
from tests.unit.schemas.test_policy import AGREEMENT, CLAIMS, NOW, PROVIDER, REQUEST, REQUESTER, STANDING

REGIONS = ("990101", "990101001", "990101001002", "990101000", "990102", "9901", "99", "990100", "000000", "00", "11")
AGENCIES = (REQUESTER, PROVIDER, "education.990201", "gateway.990101")
WIDER = AGREEMENT.model_copy(update={"attributes": ("category_group", "custody_place"), "regions": ("99",)})
DIGESTS = (STANDING.digest, WIDER.digest(), digest_of(b"another"), None)

CLAIMS_CHANGED: dict[str, st.SearchStrategy[Any]] = {
    "type": st.sampled_from(MessageType),
    "issuer": st.sampled_from(AGENCIES),
    "audience": st.sampled_from(AGENCIES),
    "agreement": st.sampled_from(DIGESTS),
    "purpose": st.sampled_from([None, *load_purposes()]),
    "region": st.none() | st.sampled_from(REGIONS),
    "case": st.none() | st.just("TA-1"),
    "officer": st.none() | st.sampled_from(["officer-07", "head-02", ""]),
    "approver": st.none() | st.sampled_from(["officer-07", "head-02", ""]),
    "issued_at": st.integers(0, 2**40),
    "expires_at": st.integers(0, 2**40),
}
ASKED_CHANGED: dict[str, st.SearchStrategy[Any]] = {
    "provider": st.sampled_from(AGENCIES),
    "records": st.integers(0, 12),
    "attributes": st.lists(st.sampled_from([*AGREEMENT.attributes, *sorted(load_attributes())])).map(tuple),
    "counties": st.lists(st.none() | st.sampled_from(["990101", "990102", "000000", "990100"])).map(tuple),
}
NAMES = st.lists(st.sampled_from([*CLAIMS_CHANGED, *ASKED_CHANGED]), max_size=3, unique=True)


def draw(data: st.DataObject, names: list[str], strategies: dict[str, st.SearchStrategy[Any]]) -> dict[str, Any]:
    return {name: data.draw(strategies[name], label=name) for name in names if name in strategies}


def require_within(request: PolicyRequest, now: datetime) -> None:
    """Check what passed against the signed agreement itself, clause by clause; steps are about no child."""
    claims, signed = request.claims, AGREEMENT
    released = {output.attribute for output in load_purposes()["P01"].outputs}
    assert set(request.attributes) <= set(signed.attributes) & released - never_released()
    sender = PROVIDER if claims.type in PROVIDER_STEPS else REQUESTER
    assert (claims.issuer, request.provider) == (sender, PROVIDER)
    assert (claims.agreement, claims.purpose) == (STANDING.digest, "P01")
    assert signed.valid_from <= now.timestamp() < signed.valid_until
    if claims.type not in STEPS:
        require_question_within(request)


def require_question_within(request: PolicyRequest) -> None:
    """Check region, case, persons and size of what an officer asked for and may have."""
    claims, signed = request.claims, AGREEMENT
    regions = [claims.region, *(county for county in request.counties if county is not None)]
    assert all(region and lies_in(region, list(signed.regions)) for region in regions)
    assert claims.case
    assert claims.officer
    assert claims.approver
    assert claims.approver != claims.officer
    assert request.records <= signed.max_batch or claims.type is MessageType.EVALUATE


@settings(max_examples=800, deadline=None)
@given(
    data=st.data(),
    names=NAMES,
    seconds=st.sampled_from([0, 0, 0, 59, 60, -60, -61]),
    state=st.sampled_from([AgreementState.ACTIVE] * 8 + list(AgreementState)),
)
def test_no_change_of_a_request_widens_what_passes(
    data: st.DataObject, names: list[str], seconds: int, state: AgreementState
) -> None:
    claims = CLAIMS.model_copy(update=draw(data, names, CLAIMS_CHANGED))
    request = replace(REQUEST, claims=claims, **draw(data, names, ASKED_CHANGED))
    now = NOW + timedelta(seconds=seconds)
    standing = Standing(AGREEMENT, STANDING.digest, state)
    decision = decide(request, standing, load_purposes()["P01"], never_released(), now)
    event(type(decision).__name__)
    if isinstance(decision, Permit):
        assert state is AgreementState.ACTIVE
        require_within(request, now)


@settings(max_examples=400, deadline=None)
@given(
    data=st.data(),
    names=NAMES,
    step=st.sampled_from(sorted(STEPS)),
    issuer=st.sampled_from([REQUESTER, PROVIDER]),
    attributes=st.just(()) | ASKED_CHANGED["attributes"],
)
def test_no_change_of_a_step_widens_what_passes(
    data: st.DataObject, names: list[str], step: MessageType, issuer: str, attributes: tuple[str, ...]
) -> None:
    changed = {"type": step, "issuer": issuer} | draw(data, names, CLAIMS_CHANGED)
    asked = {"attributes": attributes} | draw(data, names, ASKED_CHANGED)
    request = replace(REQUEST, claims=CLAIMS.model_copy(update=changed), **asked)
    decision = decide(request, STANDING, load_purposes()["P01"], never_released(), NOW)
    event(type(decision).__name__)
    if isinstance(decision, Permit):
        require_within(request, NOW)


@given(st.lists(st.sampled_from(sorted(never_released())), min_size=1, max_size=3))
def test_class_c_passes_under_no_agreement_whatever_it_lists(attributes: list[str]) -> None:
    signed = AGREEMENT.model_copy(update={"attributes": tuple(sorted({*attributes, "category_group"}))})
    standing = Standing(signed, signed.digest(), AgreementState.ACTIVE)
    claims = CLAIMS.model_copy(update={"agreement": standing.digest})
    request = PolicyRequest(claims=claims, provider=PROVIDER, records=1, attributes=("category_group", *attributes))
    assert not isinstance(decide(request, standing, load_purposes()["P01"], never_released(), NOW), Permit)
