"""What leaves say of a request: every type declares what we state, and nothing personal stands in clear."""

import uuid

import pytest

from gateway.log.events import EventType
from gateway.services.members import Members
from gateway.services.request_events import intent_event, model_event, outcome_event, refusal_event, register_event
from gateway.services.request_trail import Received, Trail
from keys.protocol.envelopes import VerifiedEnvelope
from schemas.envelope import EnvelopeClaims, MessageType
from schemas.formats import digest_of
from schemas.messages.agreements import AgreementList
from schemas.problem import ProblemCode, ProblemError


def _envelope() -> VerifiedEnvelope:
    claims = EnvelopeClaims(
        type=MessageType.EVALUATE,
        issuer="civil_affairs.990101",
        audience="disabled_federation.990101",
        id=str(uuid.UUID(int=1, version=4)),
        issued_at=1,
        expires_at=2,
        body=digest_of(b""),
        officer="officer-7",
        approver="approver-8",
        case="case-9",
    )
    return VerifiedEnvelope("a.b.c", claims, digest_of(b"envelope"), digest_of(b"key"))


def _received() -> Received[AgreementList]:
    envelope = _envelope()
    return Received(envelope, AgreementList(), b"{}", Trail(envelope), Members(1, {}, {}))


@pytest.mark.parametrize(
    "event_type",
    [
        EventType.EVALUATE_QUERY,
        EventType.PART_QUERY,
        EventType.MATCH_QUERY,
        EventType.REVIEW_QUERY,
        EventType.FIELD_QUERY,
        EventType.FIELD_RECEIPT,
    ],
)
def test_every_intent_is_declared(event_type: EventType) -> None:
    event = intent_event(_received(), event_type, 3, ("an_attribute",))
    assert event.personal.get("officer") == "officer-7"  # type: ignore[call-overload]
    assert "officer-7" not in repr(event)


@pytest.mark.parametrize(
    "event_type",
    [
        EventType.EVALUATE_RESULT,
        EventType.PART_RESULT,
        EventType.MATCH_RESULT,
        EventType.REVIEW_RESULT,
        EventType.FIELD_RELEASE,
    ],
)
def test_every_outcome_is_declared(event_type: EventType) -> None:
    event = outcome_event(_received(), event_type, _envelope(), records=1, fields=("an_attribute",), result="match=1")
    assert event.peer == "disabled_federation.990101"


@pytest.mark.parametrize(
    "event_type",
    [
        EventType.INDEX_BEGIN,
        EventType.INDEX_ACTIVATE,
        EventType.INDEX_DESTROY,
        EventType.AGREEMENT_PROPOSE,
        EventType.AGREEMENT_SIGN,
        EventType.AGREEMENT_ACTIVATE,
        EventType.AGREEMENT_SUSPEND,
        EventType.AGREEMENT_REVOKE,
        EventType.KEY_CHANGE,
    ],
)
def test_every_step_of_the_register_is_declared(event_type: EventType) -> None:
    assert register_event(_received(), event_type).request is not None


def test_a_model_s_leaf_names_the_size_it_was_fitted_on_and_nobody() -> None:
    event = model_event(_received(), 1_200)
    assert (event.type, event.records, dict(event.personal)) == (EventType.MODEL_CHANGE, 1_200, {})


@pytest.mark.parametrize("code", ProblemCode)
def test_every_refusal_can_be_logged(code: ProblemCode) -> None:
    assert refusal_event(Trail(_envelope()), ProblemError(code)).reason == code.value
    unverified = refusal_event(Trail(), ProblemError(code))
    assert (unverified.actor, unverified.request, dict(unverified.personal)) == (None, None, {})


def test_a_workflows_own_reason_stands_behind_the_code() -> None:
    refused = ProblemError(ProblemCode.ITEM_REFUSED, "/act/not_now", "not_now")
    assert refusal_event(Trail(_envelope()), refused).reason == "item_refused:not_now"
