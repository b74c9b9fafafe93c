"""What a simulation says for sure is what the decision says of the whole request, with what the log hides."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from gateway.domain.simulation import Fate, LoggedRequest, Reading, Simulated, simulate_draft, trace_permit
from schemas.agreement import Agreement, AgreementState
from schemas.attribute_catalogue import never_released
from schemas.envelope import MessageType
from schemas.policy import Clause, Deny, Permit, PolicyRequest, Standing, decide
from schemas.problem import ProblemCode
from schemas.purpose_catalogue import load_purposes
from tests.unit.schemas.test_policy import AGREEMENT
from tests.unit.schemas.test_policy_model import as_request, change, draw_agreement, fitting_request

AT = datetime(2026, 3, 5, 8, tzinfo=UTC)
_KEPT = ("purpose", "requester", "provider", "valid_from", "valid_until")
AMPLE = {
    f"{whose}{kind}_per_day": 100_000_000 for whose in ("", "officer_") for kind in ("evaluations", "releases")
}


def reading_of(agreement: Agreement) -> Reading:
    return Reading(agreement, load_purposes().get(agreement.purpose), never_released())


def decided(request: PolicyRequest, agreement: Agreement) -> Permit | Deny:
    """Decide as if the agreement were in force and were the one that the envelope names."""
    digest = agreement.digest()
    claims = request.claims.model_copy(update={"agreement": digest})
    in_force = datetime.fromtimestamp(agreement.valid_from, UTC)
    return decide(
        PolicyRequest(
            claims=claims,
            provider=request.provider,
            records=request.records,
            attributes=request.attributes,
            counties=request.counties,
        ),
        Standing(agreement, digest, AgreementState.ACTIVE),
        load_purposes().get(agreement.purpose),
        never_released(),
        in_force,
    )


def redrawn(random: Random, under: Agreement) -> Agreement:
    """Return another agreement between the same parties for the same purpose."""
    drawn = {**draw_agreement(random), **AMPLE}
    kept = {name: under.model_dump()[name] for name in _KEPT}
    members = {name: value for name, value in drawn.items() if random.random() < 0.4}
    return Agreement.model_validate({**under.model_dump(), **members, **kept, **AMPLE}, strict=False)


def logged(request: PolicyRequest, decision: Permit | Deny, under: Agreement) -> LoggedRequest:
    """Return what the log keeps of a request."""
    if isinstance(decision, Deny):
        return LoggedRequest(AT, under, refused=decision.code.value)
    return LoggedRequest(AT, under, None, request.claims.type, request.attributes, request.records)


def draw_pair(random: Random) -> tuple[PolicyRequest, Agreement, Agreement]:
    document = draw_agreement(random) | AMPLE
    under = Agreement.model_validate(document, strict=False)
    asked = fitting_request(random, document | {"digest": under.digest()})
    if random.random() < 0.4:
        change(random, asked, document)
    # A request from elsewhere, of another kind or for another purpose is none between these parties.
    fixed = {"issuer": under.requester.agency, "provider": under.provider.agency, "purpose": under.purpose}
    known = asked["type"] in {"evaluate", "match.part", "match", "match.review", "exchange"}
    asked |= fixed if under.purpose != "P99" else fixed | {"purpose": "P99"}
    return as_request(asked | ({} if known else {"type": "match"})), under, redrawn(random, under)


@pytest.mark.parametrize("seed", range(4))
def test_what_is_sure_is_right(seed: int) -> None:
    random = Random(seed)
    seen: Counter[tuple[str, Fate]] = Counter()
    for _ in range(1_500):
        request, under, draft = draw_pair(random)
        was, would_be = decided(request, under), decided(request, draft)
        (told,) = simulate_draft(reading_of(draft), [logged(request, was, under)])
        seen[type(was).__name__, told.fate] += 1
        if told.fate is not Fate.UNKNOWN:
            assert isinstance(would_be, Permit) == (told.fate is Fate.PERMITTED), (request, under, draft, was)
    assert {fate for kind, fate in seen if kind == "Permit"} == set(Fate)
    assert {fate for kind, fate in seen if kind == "Deny"} == {Fate.REFUSED, Fate.UNKNOWN}


def evaluation(records: int, at: datetime = AT) -> LoggedRequest:
    return LoggedRequest(at, AGREEMENT, None, MessageType.EVALUATE, (), records)


def test_a_day_s_budget_is_charged_in_order_and_begins_anew() -> None:
    draft = AGREEMENT.model_copy(update={"evaluations_per_day": 10})
    requests = [evaluation(6), evaluation(6), evaluation(4), evaluation(6, AT + timedelta(days=1))]
    assert simulate_draft(reading_of(draft), requests) == {
        Simulated(None, Fate.PERMITTED): 3,
        Simulated(None, Fate.REFUSED, "evaluations_per_day"): 1,
    }


def test_releases_are_charged_to_their_own_budget() -> None:
    draft = AGREEMENT.model_copy(update={"releases_per_day": 3, "evaluations_per_day": 1})
    asked = LoggedRequest(AT, AGREEMENT, None, MessageType.EXCHANGE, ("category_group",), 2)
    assert simulate_draft(reading_of(draft), [asked, asked]) == {
        Simulated(None, Fate.PERMITTED): 1,
        Simulated(None, Fate.REFUSED, "releases_per_day"): 1,
    }


@pytest.mark.parametrize("code", ProblemCode)
def test_a_refusal_is_never_taken_for_a_permit(code: ProblemCode) -> None:
    (told,) = simulate_draft(reading_of(AGREEMENT), [LoggedRequest(AT, AGREEMENT, refused=code.value)])
    assert told.fate is not Fate.PERMITTED


def test_without_the_old_agreement_the_region_is_unknown_and_a_bad_signature_is_not() -> None:
    lost = LoggedRequest(AT, None, None, MessageType.EVALUATE, (), 1)
    forged = LoggedRequest(AT, None, refused=ProblemCode.BAD_SIGNATURE.value)
    elsewhere = LoggedRequest(AT, None, refused=ProblemCode.REGION_NOT_AGREED.value)
    found: Any = simulate_draft(reading_of(AGREEMENT), [lost, forged, elsewhere])
    assert found == {
        Simulated(None, Fate.UNKNOWN, "approval"): 1,
        Simulated("bad_signature", Fate.REFUSED): 1,
        Simulated("region_not_agreed", Fate.UNKNOWN): 1,
    }


@pytest.mark.parametrize(
    ("message", "missing"),
    [
        (MessageType.EVALUATE, {Clause.EMERGENCY, Clause.ATTRIBUTES, Clause.MAX_BATCH}),
        (MessageType.MATCH_PART, {Clause.EMERGENCY, Clause.ATTRIBUTES}),
        (MessageType.EXCHANGE, {Clause.EMERGENCY}),
    ],
)
def test_a_permit_is_traced_to_the_clauses_that_it_fulfilled(message: MessageType, missing: set[Clause]) -> None:
    attributes = ("category_group",) if message is MessageType.EXCHANGE else ()
    asked = LoggedRequest(AT, AGREEMENT, None, message, attributes, 2)
    assert set(trace_permit(reading_of(AGREEMENT), asked)) == set(Clause) - missing


def test_what_was_refused_or_would_be_now_fulfilled_nothing() -> None:
    refused = LoggedRequest(AT, AGREEMENT, refused="region_not_agreed")
    older = AGREEMENT.model_copy(update={"purpose_version": 99})
    assert trace_permit(reading_of(AGREEMENT), refused) == ()
    assert trace_permit(reading_of(older), evaluation(1)) == ()
