"""What an agency may see of the log: the entries that it is party to, verbatim, each with the proof that it is there.

What it itself had stated of a person (officer, approver, case) comes as disclosures, so that it can compare them; an
answer of the other party's does not. That it looked is logged as `audit.view`.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row

from gateway.log.checkpoints import StoredCheckpoint, find_checkpoint
from gateway.log.event_names import PersonalField
from gateway.log.events import Actor, Event, EventType
from gateway.log.journal import Draft
from gateway.log.shards import list_shards
from gateway.log.tree_store import TreeStore
from gateway.persistence.engine import read_transaction
from gateway.persistence.party_entry_queries import (
    PARTY_TYPES,
    find_disclosures,
    list_correlated_entries,
    list_party_entries,
)
from gateway.services.answers import Reply, reply_with, sign_answer
from gateway.services.authorise import accept_once
from gateway.services.context import Gateway
from gateway.services.request_trail import Received
from keys.crypto.merkle import prove_inclusion
from schemas.base64url import encode_base64url
from schemas.formats import digest_of
from schemas.messages.log_entries import (
    MAX_LOG_ENTRIES,
    LogEntriesAnswer,
    LogEntriesRequest,
    LogPlace,
    ShownEntry,
)
from schemas.problem import ProblemCode, ProblemError

STATED_BY_ACTOR = (PersonalField.APPROVER, PersonalField.CASE_REF, PersonalField.OFFICER)


def show_entries(gateway: Gateway, received: Received[LogEntriesRequest]) -> Reply:
    """Return the entries asked for that a checkpoint covers.

    Raises:
        ProblemError: not_a_party, where entries are about a request of others; replayed.
    """
    agency, since = received.claims.issuer, received.message.since
    with read_transaction(gateway.engine) as connection:
        if since is not None:
            message = _walk(connection, agency, since)
        else:
            message = _about(connection, agency, received.message.correlations or ())
    answer = sign_answer(gateway, received, message)
    event = Event(
        type=EventType.AUDIT_VIEW,
        actor=Actor(org=agency, kid=received.envelope.key_id),
        records=len(message.entries),
        content=digest_of(answer.body),
        correlation_id=received.claims.id,
    )

    def change(connection: Connection) -> Draft[None]:
        accept_once(connection, received)
        return Draft(None, (event,))

    (receipt,) = gateway.journal.write(change).receipts
    return reply_with(gateway, received, answer, receipt)


def _walk(connection: Connection, agency: str, since: LogPlace) -> LogEntriesAnswer:
    """Return an agency's entries from a place on, and where the next ones are to be looked for."""
    signed = find_checkpoint(connection, since.shard)
    later = next((shard for shard in list_shards(connection) if shard > since.shard), None)
    following = None if later is None else LogPlace(shard=later, index=0)
    if signed is None:
        return LogEntriesAnswer(entries=(), checkpoints=(), next=following)
    rows = list_party_entries(connection, agency, since.shard, since.index, signed.size, MAX_LOG_ENTRIES)
    if len(rows) == MAX_LOG_ENTRIES:
        following = LogPlace(shard=since.shard, index=rows[-1].idx + 1)
    elif signed.size < TreeStore(connection, since.shard).size():
        following = None  # the year's end is not signed yet
    return _answer(connection, agency, rows, {since.shard: signed}, following)


def _about(connection: Connection, agency: str, correlations: Sequence[str]) -> LogEntriesAnswer:
    """Return an agency's entries about requests; others may have used the same ids, but not they alone."""
    rows: list[Row[Any]] = []
    for place, correlation in enumerate(dict.fromkeys(correlations)):
        found = list_correlated_entries(connection, correlation)
        own = [row for row in found if agency in {row.actor_org, row.peer_org} and row.type in PARTY_TYPES]
        if found and not own:
            raise ProblemError(ProblemCode.NOT_A_PARTY, f"/correlations/{place}", "parties")
        rows += own
    signed = {shard: find_checkpoint(connection, shard) for shard in sorted({row.shard for row in rows})}
    covering = {shard: checkpoint for shard, checkpoint in signed.items() if checkpoint is not None}
    covered = [row for row in rows if row.shard in covering and row.idx < covering[row.shard].size]
    if len(covered) > MAX_LOG_ENTRIES:
        raise ProblemError(ProblemCode.BATCH_TOO_LARGE, "/correlations")
    return _answer(connection, agency, covered, covering, None)


def _answer(
    connection: Connection,
    agency: str,
    rows: Sequence[Row[Any]],
    covering: dict[int, StoredCheckpoint],
    following: LogPlace | None,
) -> LogEntriesAnswer:
    return LogEntriesAnswer(
        entries=tuple(_shown(connection, agency, row, covering[row.shard].size) for row in rows),
        checkpoints=tuple(signed.note.decode("utf-8") for signed in covering.values()),
        next=following,
    )


def _shown(connection: Connection, agency: str, row: Row[Any], size: int) -> ShownEntry:
    store = TreeStore(connection, row.shard)
    stated = find_disclosures(connection, row.shard, row.idx, STATED_BY_ACTOR) if row.actor_org == agency else ()
    return ShownEntry(
        place=LogPlace(shard=row.shard, index=row.idx),
        entry=encode_base64url(row.entry),
        proof=tuple(encode_base64url(digest) for digest in prove_inclusion(row.idx, size, store.subtree)),
        disclosures=stated,
    )
