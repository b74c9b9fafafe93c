"""Erasure: two people decide; then disclosures and tags are deleted and the deletion is logged, in one transaction.

The leaves and their digests stay, so every proof still holds. Without its salt a digest is 256 bits that look random.
"""

from dataclasses import replace
from functools import partial

from sqlalchemy import Connection

from gateway.domain.account import Account
from gateway.domain.erasure import (
    ErasureDecision,
    ErasureError,
    ErasureFault,
    ErasureState,
    require_may_decide,
    state_after,
)
from gateway.domain.roles import Permission
from gateway.log.event_id import make_event_id, parse_event_id
from gateway.log.events import Actor, Event, EventType
from gateway.log.journal import Draft
from gateway.persistence.engine import forget_deleted, read_transaction
from gateway.persistence.erasure_holds import list_holds_against
from gateway.persistence.erasure_queries import (
    Erasure,
    StoredDecision,
    find_erasure,
    insert_decision,
    list_decisions,
    list_erasures,
    list_leaf_places,
    set_erasure_state,
)
from gateway.persistence.erasure_rows import Contents, delete_contents
from gateway.persistence.witness_queries import find_policy, find_witnessed
from gateway.services.console_events import console_event
from gateway.services.context import Gateway
from gateway.services.propose_erasure import TIMEOUT_SECONDS, ErasureHeldError
from schemas.base64url import encode_base64url


def decide_erasure(gateway: Gateway, account: Account, number: int, reason: str, *, approves: bool) -> ErasureState:
    """Log what an account decides on a proposal, and return the state that this leads to.

    Raises:
        ErasureError: not open, held, or this account may not decide on it.
        AuditUnavailableError: it could not be logged; nothing is decided.
    """

    def change(connection: Connection) -> Draft[ErasureState]:
        found = _get_open(connection, number, ErasureState.PROPOSED)
        made = [stored.decision for stored in list_decisions(connection, number)]
        role = require_may_decide(account, found.proposed_by, made)
        if approves and (holds := list_holds_against(connection, number)):
            raise ErasureHeldError(holds)
        decision = ErasureDecision(account.id, role, approves)
        event = _decision_event(gateway, account, found, reason, approves=approves)
        stored = StoredDecision(decision, reason, gateway.seconds(), event.event_id or "")
        insert_decision(connection, number, stored)
        state = state_after([*made, decision])
        if state is not ErasureState.PROPOSED:
            ended = {"ended_at": gateway.seconds()} if state is ErasureState.DECLINED else {}
            set_erasure_state(connection, number, state, **ended)
        return Draft(state, (event,))

    return gateway.journal.write(change).value


def count_waiting_erasures(gateway: Gateway, account: Account) -> int:
    """Return how many proposals wait for a decision that `account` may make."""
    if not account.may(Permission.APPROVE_ERASURE):
        return 0
    with read_transaction(gateway.engine) as connection:
        proposed = list_erasures(connection, ErasureState.PROPOSED)
        return sum(_may_decide(connection, account, found) for found in proposed)


def _may_decide(connection: Connection, account: Account, found: Erasure) -> bool:
    try:
        require_may_decide(account, found.proposed_by, [one.decision for one in list_decisions(connection, found.id)])
    except ErasureError:
        return False
    return True


def erase_approved(gateway: Gateway) -> list[int]:
    """Erase what both roles have approved; return the numbers of what was erased.

    An erasure waits until a quorum has witnessed its approvals, and while a legal hold stands against it.
    """
    with read_transaction(gateway.engine) as connection:
        approved = list_erasures(connection, ErasureState.APPROVED)
    ready = [found.id for found in reversed(approved) if are_approvals_witnessed(gateway, found.id)]
    erased = [number for number in ready if _erase_unless_held(gateway, number)]
    if erased:
        forget_deleted(gateway.engine)
    return erased


def are_approvals_witnessed(gateway: Gateway, number: int) -> bool:
    """Return whether a witnessed checkpoint covers the approvals; yes where no witness policy is in force."""
    with read_transaction(gateway.engine) as connection:
        if find_policy(connection) is None:
            return True
        event_ids = [parse_event_id(stored.event_id) for stored in list_decisions(connection, number)]
        places = [place for place, _ in list_leaf_places(connection, event_ids)]
        witnessed = {place.shard: find_witnessed(connection, place.shard) for place in places}
    sizes = {shard: 0 if tree is None else tree.size for shard, tree in witnessed.items()}
    return all(place.idx < sizes[place.shard] for place in places)


def _erase_unless_held(gateway: Gateway, number: int) -> bool:
    try:
        gateway.journal.write(partial(_erase, gateway, number), TIMEOUT_SECONDS)
    except ErasureError:  # held, or another worker was quicker
        return False
    return True


def _erase(gateway: Gateway, number: int, connection: Connection) -> Draft[Contents]:
    """Check once more under the write lock, delete, and state what was deleted on whose approval."""
    found = _get_open(connection, number, ErasureState.APPROVED)
    if holds := list_holds_against(connection, number):
        raise ErasureHeldError(holds)
    approvals = [stored.event_id for stored in list_decisions(connection, number)]
    hashes = [leaf_hash for _, leaf_hash in list_leaf_places(connection, [parse_event_id(one) for one in approvals])]
    event = Event(
        type=EventType.AUDIT_ERASE,
        actor=Actor(org=gateway.id),
        reason=found.basis.value,
        purpose=found.purpose,
        fields=found.fields,
        records=found.entries,
        content=found.content,
        ref=found.event_id,
        approvals=tuple(encode_base64url(leaf_hash) for leaf_hash in hashes),
    )
    erased = delete_contents(connection, number, found.fields)
    set_erasure_state(
        connection,
        number,
        ErasureState.ERASED,
        ended_at=gateway.seconds(),
        erased_disclosures=sum(erased.disclosures.values()),
        erased_tags=erased.tags,
    )
    return Draft(erased, (event,))


def _get_open(connection: Connection, number: int, state: ErasureState) -> Erasure:
    found = find_erasure(connection, number)
    if found is None or found.state is not state:
        raise ErasureError(ErasureFault.NOT_OPEN)
    return found


def _decision_event(gateway: Gateway, account: Account, found: Erasure, reason: str, *, approves: bool) -> Event:
    event = console_event(
        gateway,
        account,
        EventType.AUDIT_ERASE_APPROVE,
        reason="approve" if approves else "decline",
        fields=found.fields,
        records=found.entries,
        content=found.content,
        ref=found.event_id,
        note=reason,
    )
    return replace(event, event_id=make_event_id(gateway.now(), gateway.random))
