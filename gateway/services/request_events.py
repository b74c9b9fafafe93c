"""The events that tell of a request: its intent, its outcome, a step in a register, its refusal."""

from collections.abc import Iterable
from functools import lru_cache

from gateway.domain.item_reasons import refusal_reason
from gateway.log.event_catalogue import DECLARATIONS
from gateway.log.events import Actor, Decision, Event, EventType, PersonalField, PolicyRef, RequestRef
from gateway.services.request_trail import M, Received, Trail
from keys.protocol.envelopes import VerifiedEnvelope, signature_digest
from schemas.envelope import EnvelopeClaims, MessageType
from schemas.problem import ProblemCode, ProblemError


def request_ref(envelope: VerifiedEnvelope) -> RequestRef:
    """Return how a leaf names an envelope: by its digest and that of the very signature received."""
    return RequestRef(envelope.digest, signature_digest(envelope.token))


def intent_event(
    received: Received[M],
    event_type: EventType,
    records: int | None = None,
    fields: tuple[str, ...] = (),
    handles: Iterable[str] = (),
    event_id: str | None = None,
) -> Event:
    """Return the event that a request was permitted and is about to be carried out; `handles` are asked about."""
    claims = received.claims
    return Event(
        type=event_type,
        actor=_actor(received.envelope),
        peer=_peer(received.trail, claims),
        purpose=claims.purpose,
        policy=_policy(received.trail),
        decision="permit",
        fields=fields,
        records=records,
        request=request_ref(received.envelope),
        correlation_id=claims.id,
        personal=_personal(claims, event_type),
        subject_tags=(*received.officer_tags(), *received.handle_tags(handles)),
        event_id=event_id,
    )


def outcome_event(  # noqa: PLR0913 - the members of an event, all by name
    received: Received[M],
    event_type: EventType,
    answer: VerifiedEnvelope,
    *,
    decision: Decision = "permit",
    records: int | None = None,
    fields: tuple[str, ...] = (),
    result: str = "",
    handles: Iterable[str] = (),
    ref: str | None = None,
) -> Event:
    """Return the event of what became of a permitted request; names the answer's envelope and the intent.

    `ref` is the intent's event id where the trail does not hold it: where both are logged together.
    """
    return Event(
        type=event_type,
        actor=_actor(received.envelope),
        peer=_peer(received.trail, received.claims),
        purpose=received.claims.purpose,
        policy=_policy(received.trail),
        decision=decision,
        fields=fields,
        records=records,
        request=request_ref(answer),
        correlation_id=received.claims.id,
        ref=ref or received.trail.intent,
        personal={PersonalField.RESULT: result} if result else {},
        subject_tags=received.handle_tags(handles),
    )


def register_event(received: Received[M], event_type: EventType, records: int | None = None) -> Event:
    """Return the event of a step in the life of an agreement, an index or a key."""
    return Event(
        type=event_type,
        actor=_actor(received.envelope),
        peer=_peer(received.trail, received.claims),
        policy=_policy(received.trail),
        records=records,
        request=request_ref(received.envelope),
        correlation_id=received.claims.id,
    )


def model_event(received: Received[M], records: int) -> Event:
    """Return the event that a model was fitted on a run of so many asked records."""
    return Event(
        type=EventType.MODEL_CHANGE,
        actor=_actor(received.envelope),
        peer=_peer(received.trail, received.claims),
        purpose=received.claims.purpose,
        policy=_policy(received.trail),
        records=records,
        request=request_ref(received.envelope),
        correlation_id=received.claims.id,
        ref=received.trail.intent,
    )


def refusal_event(trail: Trail, problem: ProblemError) -> Event:
    """Return the event of a refusal, with what could be verified of the request and nothing else."""
    if trail.envelope is None:
        return Event(type=EventType.REFUSAL, decision="deny", reason=problem.code.value)
    claims = trail.envelope.claims
    return Event(
        type=EventType.REFUSAL,
        actor=_actor(trail.envelope),
        peer=_peer(trail, claims),
        purpose=claims.purpose,
        policy=_policy(trail),
        decision="deny",
        reason=_reason(problem),
        request=request_ref(trail.envelope),
        correlation_id=claims.id,
        ref=trail.intent,
        personal=_personal(claims, EventType.REFUSAL),
        subject_tags=trail.tags_of_officer(claims),
    )


def _reason(problem: ProblemError) -> str:
    """Return the problem's code; where a workflow refused, with the workflow's own code behind it."""
    is_workflows = problem.code is ProblemCode.ITEM_REFUSED and problem.clause
    return refusal_reason(problem.clause) if is_workflows else problem.code.value


def _actor(envelope: VerifiedEnvelope) -> Actor:
    return _actor_of(envelope.claims.issuer, envelope.key_id)


def _peer(trail: Trail, claims: EnvelopeClaims) -> str:
    """Name the other party: of the agreement where there is one, else whom the envelope is addressed to.

    An office has its persons evaluated under its own agreement, by an agency that is no party of it.
    """
    if trail.agreement is None or claims.type is MessageType.BOARD_EVALUATE:
        return claims.audience
    document = trail.agreement.signed.agreement
    other = document.provider if claims.issuer == document.requester.agency else document.requester
    return other.agency


def _policy(trail: Trail) -> PolicyRef | None:
    if trail.agreement is None:
        return None
    standing = trail.agreement.standing
    return _policy_of(standing.agreement.id, standing.digest)


@lru_cache(maxsize=1_024)
def _actor_of(agency: str, key_id: str) -> Actor:
    """Make what names an agency with its key once, its checks included."""
    return Actor(org=agency, kid=key_id)


@lru_cache(maxsize=1_024)
def _policy_of(agreement_id: str, digest: str) -> PolicyRef:
    return PolicyRef(agreement_id, digest)


def _personal(claims: EnvelopeClaims, event_type: EventType) -> dict[PersonalField, str]:
    stated = {
        PersonalField.OFFICER: claims.officer,
        PersonalField.APPROVER: claims.approver,
        PersonalField.CASE_REF: claims.case,
        PersonalField.EMERGENCY_REASON: None if claims.emergency is None else claims.emergency.reason.value,
    }
    declared = DECLARATIONS[event_type].personal
    return {name: value for name, value in stated.items() if value is not None and name in declared}
