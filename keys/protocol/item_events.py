"""Events of items: signing and verifying their tokens (JWS ES256), and the history that a chain of them tells.

Order for an item that came from elsewhere: verify each token with a key that its issuer held in force at the event's
own time, then let `history_of` compare item, numbers and chain, and only then replay the history by its workflow.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import ValidationError

from keys.crypto.signing import SigningKey, VerificationKey, read_header
from keys.protocol.envelopes import envelope_digest, read_unverified, sign_message, verify_message
from schemas.message import MessageError
from schemas.messages.items import ITEM_EVENT_TOKEN_TYPE, MAX_ITEM_EVENT_CHARACTERS, ItemEventClaims
from schemas.workflows.events import MAX_EVENTS, Act, Actor, Escalated, History, Opened

DatedKeyFinder = Callable[[str, str, float], VerificationKey]
"""Takes an agency, a key id and a moment (POSIX seconds); returns the key or raises `UntrustedKeyError`."""


class ItemChainError(Exception):
    """Verified events do not tell the history of one item.

    Attributes:
        reason: `empty`, `too_many`, `another_item`, `wrong_number`, `chain_broken`, `not_the_gateway` or `malformed`.
        number: the place of the first event at fault.
    """

    def __init__(self, reason: str, number: int) -> None:
        super().__init__(f"{reason}: event {number}")
        self.reason = reason
        self.number = number


@dataclass(frozen=True, slots=True)
class ItemEvent:
    """An event whose signature was verified: its text, its claims, its digest and the key that signed it."""

    token: str
    claims: ItemEventClaims
    digest: str
    key_id: str


def sign_item_event(key: SigningKey, claims: ItemEventClaims) -> str:
    """Return the event as a token; `key` is the signing key of `claims.issuer` that is in force."""
    return sign_message(key, ITEM_EVENT_TOKEN_TYPE, claims)


def verify_item_event(token: str, find_key: DatedKeyFinder) -> ItemEvent:
    """Return the event after verifying it with a key that the stated issuer held in force at `claims.at`.

    Raises:
        SignatureError, MessageError: malformed or badly signed.
        UntrustedKeyError: `find_key` knows no such key of the issuer at that time.
    """
    stated = read_unverified(ItemEventClaims, token, MAX_ITEM_EVENT_CHARACTERS)
    key = find_key(stated.issuer, read_header(token, MAX_ITEM_EVENT_CHARACTERS).key_id, stated.at)
    claims = verify_message(ItemEventClaims, token, key, ITEM_EVENT_TOKEN_TYPE, MAX_ITEM_EVENT_CHARACTERS)
    return ItemEvent(token, claims, envelope_digest(token), key.key_id)


def engine_event(claims: ItemEventClaims) -> Opened | Act | Escalated:
    """Return the event as the workflow's engine takes it: what was done is done by the issuer, and by nobody else.

    Raises:
        MessageError: `malformed`: no moment or name that the engine knows.
    """
    try:
        return _engine_event(claims)
    except ValidationError:
        raise MessageError("malformed") from None


def history_of(events: Sequence[ItemEvent], gateway: str) -> History:
    """Return the history that verified events of one item tell, oldest first. It is not replayed yet.

    Args:
        events: all events from the opening on.
        gateway: the id of the gateway, which alone records escalations.

    Raises:
        ItemChainError: with the first thing that is wrong.
    """
    if not events:
        raise ItemChainError("empty", 0)
    if len(events) > MAX_EVENTS:
        raise ItemChainError("too_many", MAX_EVENTS)
    prior: str | None = None
    for number, event in enumerate(events):
        _check_link(event, number, prior, events[0].claims.item, gateway)
        prior = event.digest
    return _history(events)


def _check_link(event: ItemEvent, number: int, prior: str | None, item: str, gateway: str) -> None:
    claims = event.claims
    if claims.item != item:
        raise ItemChainError("another_item", number)
    if claims.number != number:
        raise ItemChainError("wrong_number", number)
    if claims.prior != prior:
        raise ItemChainError("chain_broken", number)
    if (claims.escalated is not None) != (claims.issuer == gateway):
        raise ItemChainError("not_the_gateway", number)


def _history(events: Sequence[ItemEvent]) -> History:
    opened = events[0].claims.opened
    if opened is None:
        raise ItemChainError("malformed", 0)
    told = []
    for number, event in enumerate(events):
        try:
            told.append(engine_event(event.claims))
        except MessageError:
            raise ItemChainError("malformed", number) from None
    try:
        return History(workflow=opened.workflow, version=opened.version, region=opened.region, events=tuple(told))
    except ValidationError:
        raise ItemChainError("malformed", 0) from None


def _engine_event(claims: ItemEventClaims) -> Opened | Act | Escalated:
    at, told, done, opened = datetime.fromtimestamp(claims.at, UTC), claims.escalated, claims.act, claims.opened
    if told is not None:
        return Escalated(at=at, clock=told.clock, step=told.step, run=told.run, to=told.to, agency=told.agency)
    if claims.role is None or claims.officer is None:
        raise MessageError("malformed", "/role")
    actor = Actor(agency=claims.issuer, role=claims.role, officer=claims.officer)
    if opened is not None:
        return Opened(at=at, actor=actor, seats=dict(opened.seats))
    if done is None:
        raise MessageError("malformed", "/act")
    return Act(
        at=at,
        actor=actor,
        transition=done.transition,
        reason=done.reason,
        next_office=done.next_office,
        proof=done.proof,
    )
