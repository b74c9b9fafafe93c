"""Keeps erasures: the proposal, its entries one by one, and who decided on it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, update

from gateway.domain.erasure import ErasureBasis, ErasureDecision, ErasureState
from gateway.domain.roles import Role
from gateway.persistence.audit_tables import audit_leaf
from gateway.persistence.erasure_tables import erasure, erasure_decision, erasure_entry
from gateway.persistence.subject_queries import Place


@dataclass(frozen=True, slots=True)
class Erasure:
    """A proposal to erase `fields` of `entries` entries. Times are POSIX seconds."""

    id: int
    state: ErasureState
    proposed_by: str | None
    proposed_at: int
    basis: ErasureBasis
    reason: str = field(repr=False)
    case_ref: str | None
    purpose: str | None
    fields: tuple[str, ...]
    entries: int
    content: str
    event_id: str
    ended_at: int | None
    erased_disclosures: int | None
    erased_tags: int | None


@dataclass(frozen=True, slots=True)
class StoredDecision:
    """A decision on an erasure, with its reason, when it was made (POSIX seconds) and its entry in the log."""

    decision: ErasureDecision
    reason: str = field(repr=False)
    decided_at: int
    event_id: str


def insert_erasure(connection: Connection, row: dict[str, Any], places: Sequence[Place]) -> int:
    """Keep a proposal with its entries and return its number."""
    number: int = connection.execute(insert(erasure).values(row).returning(erasure.c.id)).scalar_one()
    entries = [{"erasure": number, "shard": place.shard, "idx": place.idx} for place in places]
    connection.execute(insert(erasure_entry), entries)
    return number


def find_erasure(connection: Connection, number: int) -> Erasure | None:
    """Return the erasure of this number, or None."""
    row = connection.execute(select(erasure).where(erasure.c.id == number)).mappings().one_or_none()
    return None if row is None else _erasure_of(row)


def list_erasures(connection: Connection, *states: ErasureState) -> list[Erasure]:
    """Return the erasures in these states, or all, newest first."""
    query = select(erasure).order_by(erasure.c.id.desc())
    if states:
        query = query.where(erasure.c.state.in_(states))
    return [_erasure_of(row) for row in connection.execute(query).mappings()]


def list_entries(connection: Connection, number: int, offset: int = 0, limit: int | None = None) -> list[Place]:
    """Return entries of an erasure in the order of the log, all of them or `limit` from `offset`."""
    entry = erasure_entry.c
    query = select(entry.shard, entry.idx).where(entry.erasure == number).order_by(entry.shard, entry.idx)
    return [Place(row.shard, row.idx) for row in connection.execute(query.offset(offset).limit(limit))]


def set_erasure_state(connection: Connection, number: int, state: ErasureState, **changes: int) -> None:
    """Note how far an erasure has come."""
    connection.execute(update(erasure).where(erasure.c.id == number).values(state=state, **changes))


def insert_decision(connection: Connection, number: int, stored: StoredDecision) -> None:
    """Keep what somebody decided."""
    decision = stored.decision
    row = {
        "erasure": number,
        "account": decision.account,
        "role": decision.role,
        "approves": decision.approves,
        "reason": stored.reason,
        "decided_at": stored.decided_at,
        "event_id": stored.event_id,
    }
    connection.execute(insert(erasure_decision).values(row))


def list_decisions(connection: Connection, number: int) -> list[StoredDecision]:
    """Return what was decided on an erasure, oldest first."""
    columns = erasure_decision.c
    query = select(erasure_decision).where(columns.erasure == number).order_by(columns.decided_at, columns.account)
    return [
        StoredDecision(
            ErasureDecision(row.account, Role(row.role), row.approves), row.reason, row.decided_at, row.event_id
        )
        for row in connection.execute(query)
    ]


def list_leaf_places(connection: Connection, event_ids: Sequence[bytes]) -> list[tuple[Place, bytes]]:
    """Return the places and leaf hashes (32 bytes) of logged events."""
    leaf = audit_leaf.c
    query = select(leaf.shard, leaf.idx, leaf.leaf_hash).where(leaf.event_id.in_(list(event_ids)))
    found = connection.execute(query.order_by(leaf.shard, leaf.idx))
    return [(Place(row.shard, row.idx), row.leaf_hash) for row in found]


def _erasure_of(row: RowMapping) -> Erasure:
    members = dict(row)
    members["state"] = ErasureState(row["state"])
    members["basis"] = ErasureBasis(row["basis"])
    members["fields"] = tuple(row["fields"].split(","))
    return Erasure(**members)
