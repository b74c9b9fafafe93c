"""Publishing an index: begin, parts, status. What is received stays invisible until it is activated.

Parts rest as they were received until the last one is there; `activate_index` tells the rest.
"""

from typing import Literal

from sqlalchemy import Connection

from gateway.domain.key_types import evidence_codes, relation_codes
from gateway.log.events import EventType
from gateway.log.journal import Draft
from gateway.persistence.engine import read_transaction
from gateway.persistence.publication_queries import (
    ActiveIndex,
    Publication,
    PublicationState,
    add_part,
    add_publication,
    find_active,
    find_part_digest,
    find_publication,
    find_receiving,
    list_part_digests,
    set_publication_state,
)
from gateway.services.answers import Reply, reply_with, sign_answer
from gateway.services.authorise import accept_once, load_agreement
from gateway.services.context import Gateway
from gateway.services.relay_evaluation import evaluation_key
from gateway.services.request_events import register_event
from gateway.services.request_trail import M, Received
from schemas.agreement import Agreement, AgreementState
from schemas.agreement_terms import get_key_set
from schemas.base64url import decode_base64url
from schemas.formats import ENTRY_BYTES
from schemas.messages.index import (
    MAX_PART_ENTRIES,
    MAX_PART_REMOVALS,
    IndexBegin,
    IndexPart,
    IndexStatus,
    IndexStatusRequest,
    unpack_handles,
)
from schemas.policy import Standing
from schemas.problem import ProblemCode, ProblemError
from schemas.purpose_catalogue import load_purposes

_KEY_TYPE_PLACE = 19
_OVER = frozenset({PublicationState.ENDED, PublicationState.DELETED})


def begin_index(gateway: Gateway, received: Received[IndexBegin]) -> Reply:
    """Announce a publication; what was being published for this epoch before is given up.

    Raises:
        ProblemError: not the agreement's provider, epoch_unknown, or index_conflict: the base is not the active
            index, or the name was used before.
    """
    standing = load_provider_agreement(gateway, received)
    message = received.message
    stated = evaluation_key(received.members, standing.agreement, standing.digest, message.epoch, gateway.now())
    if stated.key_id != message.key_id:
        raise ProblemError(ProblemCode.EPOCH_UNKNOWN, "/key_id")

    def change(connection: Connection) -> Draft[None]:
        accept_once(connection, received)
        known = find_publication(connection, standing.digest, message.index)
        if known is not None:
            _require_same(known, message)
            return Draft(None, ())
        volume = _volume_for(connection, standing.digest, message)
        under_way = find_receiving(connection, standing.digest, message.epoch)
        if under_way is not None:
            set_publication_state(connection, under_way.id, PublicationState.ENDED)
        add_publication(connection, _publication(standing.digest, message, volume))
        return Draft(None, (register_event(received, EventType.INDEX_BEGIN, message.records),))

    written = gateway.journal.write(change)
    status = _status(gateway, standing.digest, message.epoch, message.index)
    answer = sign_answer(gateway, received, status)
    return reply_with(gateway, received, answer, written.receipts[0]) if written.receipts else Reply(answer)


def receive_part(gateway: Gateway, received: Received[IndexPart]) -> Reply:
    """Store one part; the same part again changes nothing, another one under its number is refused.

    Raises:
        ProblemError: malformed, too_large, or index_conflict.
    """
    standing = load_provider_agreement(gateway, received)
    message = received.message
    entries = decode_base64url(message.entries)
    removals = decode_base64url(message.removals)
    _check_part(message, entries, _codes(standing.agreement))
    digest = message.digest()

    def change(connection: Connection) -> Draft[int]:
        accept_once(connection, received)
        publication = require_receiving(connection, standing.digest, message.index)
        if message.number >= publication.parts:
            raise ProblemError(ProblemCode.INDEX_CONFLICT, "/number")
        if publication.mode == "full" and removals:
            raise ProblemError(ProblemCode.INDEX_CONFLICT, "/removals")
        known = find_part_digest(connection, publication.id, message.number)
        if known is None:
            add_part(connection, publication.id, message.number, digest, entries, removals)
        elif known != digest:
            raise ProblemError(ProblemCode.INDEX_CONFLICT, "/number")
        return Draft(publication.epoch, ())

    epoch = gateway.journal.write(change).value
    return Reply(sign_answer(gateway, received, _status(gateway, standing.digest, epoch, message.index)))


def answer_index_status(gateway: Gateway, received: Received[IndexStatusRequest]) -> Reply:
    """Return what the gateway holds of an epoch's index; to the requester, which index is active and no more.

    The same name stands in each answer to a match: by it the requester sees that the provider's records have changed.

    Raises:
        ProblemError: no_agreement, not_a_party (a requester asks about another index), agreement_not_active.
    """
    standing = load_agreement(gateway, received).standing
    is_provider = received.claims.issuer == standing.agreement.provider.agency
    if not is_provider and received.message.index is not None:
        raise ProblemError(ProblemCode.NOT_A_PARTY, clause="parties")
    if not is_provider and standing.state is not AgreementState.ACTIVE:
        raise ProblemError(ProblemCode.AGREEMENT_NOT_ACTIVE, clause="state")

    def change(connection: Connection) -> Draft[None]:
        accept_once(connection, received)
        return Draft(None, ())

    gateway.journal.write(change)
    status = _status(gateway, standing.digest, received.message.epoch, received.message.index)
    return Reply(sign_answer(gateway, received, status if is_provider else _active_alone(status)))


def _active_alone(status: IndexStatus) -> IndexStatus:
    """Return a status without what is being published."""
    return IndexStatus(index=status.active, state="none" if status.active is None else "active", active=status.active)


def load_provider_agreement(gateway: Gateway, received: Received[M], *, may_be_inactive: bool = False) -> Standing:
    """Return the agreement whose provider sent this.

    Raises:
        ProblemError: no_agreement, not_a_party, agreement_not_active, agreement_expired.
    """
    standing = load_agreement(gateway, received).standing
    if received.claims.issuer != standing.agreement.provider.agency:
        raise ProblemError(ProblemCode.NOT_A_PARTY, clause="parties")
    if not may_be_inactive and standing.state is not AgreementState.ACTIVE:
        raise ProblemError(ProblemCode.AGREEMENT_NOT_ACTIVE, clause="state")
    if not may_be_inactive and gateway.seconds() >= standing.agreement.valid_until:
        raise ProblemError(ProblemCode.AGREEMENT_EXPIRED, clause="valid_until")
    return standing


def require_receiving(connection: Connection, agreement: str, index_id: str) -> Publication:
    """Return the publication under way; raises ProblemError (index_conflict) if it is not, or not any more."""
    publication = find_publication(connection, agreement, index_id)
    if publication is None or publication.state is not PublicationState.RECEIVING:
        raise ProblemError(ProblemCode.INDEX_CONFLICT, "/index")
    return publication


def index_status(connection: Connection, agreement: str, epoch: int, index_id: str | None) -> IndexStatus:
    """Return the state of the publication `index_id`, or of the one under way, and which index is active."""
    active = find_active(connection, agreement, epoch)
    under_way = find_receiving(connection, agreement, epoch)
    found = find_publication(connection, agreement, index_id) if index_id else under_way
    return IndexStatus(
        index=index_id or (found.index_id if found else active.index_id if active else None),
        state=_state(found, active, is_named=index_id is not None),
        received=_received(connection, found, active),
        active=active.index_id if active else None,
    )


def _status(gateway: Gateway, agreement: str, epoch: int, index_id: str | None) -> IndexStatus:
    with read_transaction(gateway.engine) as connection:
        return index_status(connection, agreement, epoch, index_id)


def _state(
    found: Publication | None, active: ActiveIndex | None, *, is_named: bool
) -> Literal["none", "receiving", "active", "destroyed"]:
    if found is None:
        return "active" if active is not None and not is_named else "none"
    if found.state is PublicationState.RECEIVING:
        return "receiving"
    return "active" if active is not None and active.index_id == found.index_id else "destroyed"


def _received(connection: Connection, found: Publication | None, active: ActiveIndex | None) -> tuple[int, ...]:
    """List the parts held; of an active index all, though their entries stand in the index by now."""
    if found is None:
        return ()
    if active is not None and active.index_id == found.index_id:
        return tuple(range(found.parts))
    return tuple(list_part_digests(connection, found.id)) if found.state is PublicationState.RECEIVING else ()


def _require_same(known: Publication, message: IndexBegin) -> None:
    """Check that a publication is announced again as it was before; raises ProblemError (index_conflict)."""
    stated = (message.epoch, message.mode, message.parts, message.records)
    if known.state in _OVER or stated != (known.epoch, known.mode, known.parts, known.records):
        raise ProblemError(ProblemCode.INDEX_CONFLICT, "/index")


def _volume_for(connection: Connection, agreement: str, message: IndexBegin) -> int:
    """Return the volume of the index that changes apply to, 0 for a full index; raises ProblemError."""
    if message.mode == "full":
        return 0
    active = find_active(connection, agreement, message.epoch)
    if active is None or message.base != active.index_id:
        raise ProblemError(ProblemCode.INDEX_CONFLICT, "/base")
    return active.volume


def _publication(agreement: str, message: IndexBegin, volume: int) -> Publication:
    return Publication(
        id=0,
        index_id=message.index,
        agreement=agreement,
        epoch=message.epoch,
        mode=message.mode,
        volume=volume,
        parts=message.parts,
        records=message.records,
        state=PublicationState.RECEIVING,
    )


def _codes(agreement: Agreement) -> frozenset[int]:
    """Return the key type codes that an index may have: a relation's only where the purpose needs it."""
    key_set, purpose = get_key_set(agreement), load_purposes().get(agreement.purpose)
    relations = () if purpose is None else purpose.relations
    return evidence_codes(key_set) | relation_codes(key_set, relations)


def _check_part(message: IndexPart, entries: bytes, codes: frozenset[int]) -> None:
    """Check sizes and key types of a part; raises ProblemError."""
    if len(entries) > MAX_PART_ENTRIES * ENTRY_BYTES:
        raise ProblemError(ProblemCode.TOO_LARGE, "/entries")
    if len(unpack_handles(message.removals)) > MAX_PART_REMOVALS:
        raise ProblemError(ProblemCode.TOO_LARGE, "/removals")
    if not codes >= set(entries[_KEY_TYPE_PLACE::ENTRY_BYTES]):
        raise ProblemError(ProblemCode.MALFORMED, "/entries")
